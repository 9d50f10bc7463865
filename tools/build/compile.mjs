import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import ts from 'typescript';
import { root, sources } from './files.mjs';

/**
 * Compiles and copies everything.
 * @returns {Promise<Map<string, Buffer>>} content by path below dist/.
 */
export async function compile() {
  const { transform } = await import('@swc/core');
  const { scripts, assets } = sources();
  const settings = swcSettings();
  const aliases = readAliases();
  const output = new Map();
  const failures = [];
  await Promise.all(
    scripts.map(async (file) => {
      try {
        const script = file.replace(/\.ts$/, '.js');
        const { code, map } = await compileOne(transform, file, settings);
        output.set(
          script,
          Buffer.from(
            `${rewriteAliases(code, file, aliases)}\n//# sourceMappingURL=${posix.basename(script)}.map\n`,
          ),
        );
        output.set(`${script}.map`, Buffer.from(map));
      } catch (error) {
        failures.push(`${file}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }),
  );
  if (failures.length > 0) throw new Error(failures.sort().join('\n'));
  for (const file of assets) output.set(file, readFileSync(join(root, file)));
  return output;
}

/** The operator's page runs in a browser, hence ES modules; all else is CommonJS. */
function compileOne(transform, file, settings) {
  const module = file.startsWith('apps/console/') ? { type: 'es6' } : settings.module;
  return transform(readFileSync(join(root, file), 'utf8'), {
    ...settings,
    module,
    filename: join(root, file),
    sourceFileName: posix.relative(posix.dirname(`dist/${file}`), file),
    swcrc: false,
    configFile: false,
  });
}

function swcSettings() {
  const settings = JSON.parse(readFileSync(join(root, '.swcrc'), 'utf8'));
  delete settings.$schema;
  // What swc makes of an alias depends on which files exist when it looks; the rewriting below does not.
  delete settings.jsc.paths;
  delete settings.jsc.baseUrl;
  return settings;
}

/** `compilerOptions.paths` of tsconfig.json, most specific first: [pattern, target file with `*`]. */
function readAliases() {
  const { config, error } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  if (error) throw new Error(ts.flattenDiagnosticMessageText(error.messageText, '\n'));
  return Object.entries(config.compilerOptions.paths)
    .map(([alias, [target]]) => ({
      exact: !alias.includes('*'),
      pattern: new RegExp(`^${alias.replace('*', '([^/]+)')}$`),
      target: target.replace(/^\.\//, ''),
    }))
    .sort((a, b) => Number(b.exact) - Number(a.exact) || b.pattern.source.length - a.pattern.source.length);
}

function rewriteAliases(code, file, aliases) {
  return code.replace(/\brequire\("(@warmshift\/[^"]+)"\)/g, (_, specifier) => {
    const target = resolveAlias(specifier, aliases);
    if (!target || !existsSync(join(root, target)))
      throw new Error(`cannot find what it imports: ${specifier}`);
    const path = relative(dirname(file), target).replace(/\.ts$/, '.js');
    return `require("${path.startsWith('.') ? path : `./${path}`}")`;
  });
}

function resolveAlias(specifier, aliases) {
  for (const { pattern, target } of aliases) {
    const match = pattern.exec(specifier);
    if (match) return target.replace('*', match[1]);
  }
  return undefined;
}
