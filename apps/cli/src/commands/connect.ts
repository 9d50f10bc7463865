import type { Schemas } from '@warmshift/client';
import type { Command } from 'commander';
import { z } from 'zod';
import type { Cli, Session } from '../cli';
import { Refused, UsageError } from '../errors';
import { jsonOf } from '../order/read-order';
import type { Screen } from '../screen';
import { textOfFile } from '../settings';
import { many } from '../text/words';
import { fieldsText, vendorCalled, type Field, type Vendor } from './vendors';
import { pause } from '../wait';

type Connection = Schemas['ConnectionAnswer'];
type Values = Record<string, unknown>;

interface ConnectOptions {
  readonly baseUrl: string;
  readonly name?: string;
  readonly credentialsFile?: string;
  readonly setting?: string[];
  readonly requestsPerSecond?: string;
  readonly wait?: boolean;
}

/** Between two looks at a connection that is being listed, real ms. */
const lookEveryMs = 1_000;

export function addConnect(program: Command, cli: Cli): void {
  program
    .command('connect')
    .argument('<vendor>', 'see: warmshift vendors')
    .requiredOption('--base-url <url>', "the vendor's address")
    .description('connect a vendor; its credentials are asked for and tried at once')
    .option('--name <text>', 'what the connection is called (default: the vendor)')
    .option(
      '--credentials-file <file>',
      'JSON object with the credentials, "-" for stdin; then nothing is asked',
    )
    .option('--setting <name=value...>', 'a setting of the vendor')
    .option('--requests-per-second <n>', 'what the vendor has agreed to')
    .option('--wait', 'wait until its devices are listed')
    .addHelpText(
      'after',
      `
Credentials are never arguments: they would be in the list of processes and in the shell's history.

Examples:
  warmshift connect nox --base-url https://api.nox.energy
  get-secret nox | warmshift connect nox --base-url https://api.nox.energy --credentials-file -`,
    )
    .action(async (name: string, options: ConnectOptions, command: Command) => {
      const session = cli.session(command);
      const vendor = await vendorCalled(session, name);
      const body = {
        vendor: vendor.vendor,
        name: options.name ?? vendor.title,
        baseUrl: options.baseUrl,
        settings: settingsOf(vendor, options.setting ?? []),
        credentials: await credentialsOf(vendor, options.credentialsFile, session.screen),
        ...paceOf(options.requestsPerSecond),
      };
      const created = await session.warmshift.post('/admin/v1/connections', { body });
      const connection =
        options.wait && created.status === 'ACTIVE' ? await listed(session, created) : created;
      if (session.screen.json) session.screen.document(connection);
      else
        session.screen.print(
          `${connection.name}: ${connection.status}, connection ${connection.connectionId}`,
        );
      if (connection.status !== 'ACTIVE')
        throw new Refused(
          `${connection.name} is ${connection.status}: ${connection.statusReason ?? 'no reason given'}`,
        );
    });
}

async function credentialsOf(vendor: Vendor, file: string | undefined, screen: Screen): Promise<Values> {
  if (file === undefined) return asked(vendor, screen);
  const option = '--credentials-file';
  const text = file === '-' ? await screen.everythingTyped(`${option} -`) : textOfFile(file, option);
  const parsed = z.record(z.string(), z.unknown()).safeParse(jsonOf(text, option));
  if (!parsed.success)
    throw new UsageError(`${option} must hold a JSON object: a value for each credential.`);
  const missing = vendor.credentials.filter(
    ({ name, required }) => required && parsed.data[name] === undefined,
  );
  if (missing.length === 0) return parsed.data;
  throw new UsageError(`${option} lacks ${missing.map(({ name }) => name).join(', ')}.`);
}

async function asked(vendor: Vendor, screen: Screen): Promise<Values> {
  if (!screen.canAsk)
    throw new UsageError(
      `Nobody can be asked for credentials here: give --credentials-file.\n${fieldsText(vendor)}`,
    );
  const values: Values = {};
  for (const field of vendor.credentials) {
    const text = await screen.ask(
      `${field.title ?? field.name}${field.required ? '' : ' (optional)'}: `,
      field,
    );
    if (text !== '') values[field.name] = valueOf(field, text, field.title ?? field.name);
    else if (field.required) throw new UsageError(`${field.title ?? field.name} is required.`);
  }
  return values;
}

function settingsOf(vendor: Vendor, given: readonly string[]): Values {
  return Object.fromEntries(
    given.map((text) => {
      const split = text.indexOf('=');
      const name = split < 0 ? text : text.slice(0, split);
      const field = vendor.settings.find((candidate) => candidate.name === name);
      if (field === undefined)
        throw new UsageError(`--setting ${name}: ${vendor.title} has ${namesOf(vendor.settings)}.`);
      if (split < 0) throw new UsageError(`--setting ${name} must be followed by = and the value.`);
      return [name, valueOf(field, text.slice(split + 1), `--setting ${name}`)];
    }),
  );
}

const namesOf = (fields: readonly Field[]): string =>
  fields.length === 0 ? 'no settings' : `the settings ${fields.map(({ name }) => name).join(', ')}`;

/** What a text is to a field. The service checks the rest. */
function valueOf({ secret, type }: Field, text: string, what: string): unknown {
  if (type === 'string') return text;
  const parsed = z
    .string()
    .transform((value) => jsonOrNothing(value))
    .pipe(
      z.unknown().refine((value) => typeof value === type || (type === 'integer' && Number.isInteger(value))),
    )
    .safeParse(text);
  if (parsed.success) return parsed.data;
  throw new UsageError(`${what} must be a ${type}${secret ? '' : `, not ${text}`}.`);
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function paceOf(text: string | undefined): { requestsPerSecond?: number } {
  if (text === undefined) return {};
  const requestsPerSecond = Number(text);
  if (text.trim() === '' || !Number.isFinite(requestsPerSecond))
    throw new UsageError('--requests-per-second must be a number.');
  return { requestsPerSecond };
}

/** Waits until the vendor's devices were listed, or it says why not. */
async function listed(session: Session, { connectionId: id }: Connection): Promise<Connection> {
  const { screen, signal, warmshift } = session;
  screen.note('Listing its devices …');
  for (;;) {
    const connection = await warmshift.get('/admin/v1/connections/{id}', { path: { id } });
    if (connection.lastDiscoveredAt !== undefined || connection.status !== 'ACTIVE') {
      const problems = connection.lastProblems.length;
      if (problems > 0)
        screen.note(`Not everything of its listing could be used: ${many(problems, 'problem')}.`);
      return connection;
    }
    await pause(lookEveryMs, signal);
  }
}
