export interface VendorNewOptions {
  /** As in the manifest and in `libs/vendors/NAME`. */
  readonly name: string;
  readonly title: string;
}

export const help = `npm run vendor:new -- --name NAME [--title TITLE]

Makes libs/vendors/NAME: a read-only vendor that compiles and whose tests pass, as a start for a real one
(docs/adding-a-vendor.md). Nothing else is changed.

  --name NAME     lower-case letters, digits and single hyphens, such as "acme" or "acme-heat"
  --title TITLE   as operators see it (default: the name with capitals)
  --help          this text`;

const longestName = 32;
const flags = ['--name', '--title'];

/** @returns the options, `help`, or a sentence that says what is wrong. */
export function vendorNewOptions(
  args: readonly string[],
): VendorNewOptions | 'help' | { readonly problem: string } {
  if (args.includes('--help')) return 'help';
  const given = new Map<string, string>();
  for (let at = 0; at < args.length; at += 1) {
    const [flag = '', ...rest] = (args[at] ?? '').split('=');
    if (!flags.includes(flag)) return { problem: `There is no option ${flag}. See --help.` };
    const value = rest.length > 0 ? rest.join('=') : args[(at += 1)];
    if (value === undefined || value.startsWith('--'))
      return { problem: `${flag} needs a value. See --help.` };
    given.set(flag, value.trim());
  }
  const name = given.get('--name');
  if (name === undefined) return { problem: 'A name is needed: --name acme. See --help.' };
  const title = given.get('--title') ?? titleOf(name);
  const problem = nameProblem(name) ?? titleProblem(title);
  return problem === undefined ? { name, title } : { problem };
}

/** `acme-heat` as `acmeHeat`, the name of the exported module. */
export function camelOf(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_hyphen, letter: string) => letter.toUpperCase());
}

/** `acme-heat` as `AcmeHeat`. */
export function pascalOf(name: string): string {
  const camel = camelOf(name);
  return camel.charAt(0).toUpperCase() + camel.slice(1);
}

function nameProblem(name: string): string | undefined {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name))
    return `"${name}" cannot be a vendor's name: use lower-case letters, digits and single hyphens, and start with a letter.`;
  if (name.length > longestName)
    return `"${name}" cannot be a vendor's name: ${longestName} characters at most, it has ${name.length}.`;
  if (reserved.has(camelOf(name)))
    return `"${name}" cannot be a vendor's name: it is a word of the language.`;
  return undefined;
}

function titleProblem(title: string): string | undefined {
  if (/^[\p{L}\p{N}][\p{L}\p{N} .,&+()/-]{0,59}$/u.test(title)) return undefined;
  return `The title "${title}" cannot be used: up to 60 letters, digits, spaces and . , & + ( ) / - are allowed.`;
}

function titleOf(name: string): string {
  const words = name.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return words.join(' ');
}

/** Words that cannot be the name of a constant, or that the generated files use themselves. */
const reserved = new Set(
  `arguments await break case catch class const continue debugger default delete do else enum eval export extends
  false finally for function if implements import in instanceof interface let new null package private protected
  public return static super switch this throw true try typeof undefined var void while with yield
  manifest server devices connect now`.split(/\s+/),
);
