import { z } from 'zod';
import { settingNames, settingsSchema, type SettingMeta, type SettingName } from './settings';

/** `.env.example`: every setting with its description, commented out, and its default or an example. */
export function envExample(): string {
  const head =
    '# Settings of Warmshift. All are optional in the embedded mode. Made from the schema in libs/config.\n';
  return [head, ...settingNames.map(exampleOf)].join('\n');
}

/** The same as a Markdown table, for the README. */
export function settingsTable(): string {
  const rows = settingNames.map((name) => {
    const { description, secret } = metaOf(name);
    const value = defaultOf(name);
    return `| \`${name}\` | ${value === undefined ? '–' : `\`${value}\``} | ${description}${secret ? ' Secret.' : ''} |`;
  });
  return ['| setting | default | meaning |', '| --- | --- | --- |', ...rows, ''].join('\n');
}

function exampleOf(name: SettingName): string {
  const { description, example } = metaOf(name);
  const comment = wrapped(description, 108).map((line) => `# ${line}\n`);
  return `${comment.join('')}# ${name}=${defaultOf(name) ?? example ?? ''}\n`;
}

function metaOf(name: SettingName): SettingMeta {
  return settingsSchema.shape[name].meta() as unknown as SettingMeta;
}

function defaultOf(name: SettingName): string | undefined {
  const schema: z.ZodType = settingsSchema.shape[name];
  return schema instanceof z.ZodDefault ? String(schema.def.defaultValue) : undefined;
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
