import type { Instant } from '@warmshift/domain';
import { settingNames, settingsSchema, type LogLevel, type SettingName, type Settings } from './settings';
import type { SecretsKeys } from './secrets-keys';

/** The settings by concern. Absent parts were not set. */
export interface Config {
  readonly database: { readonly url?: string | undefined };
  /** Without `redisUrl` the queue lives in Postgres. */
  readonly queue: { readonly redisUrl?: string | undefined; readonly redisPrefix: string };
  readonly security: { readonly secretsKeys?: SecretsKeys | undefined };
  readonly http: { readonly host: string; readonly port: number; readonly requestsPerMinute: number };
  readonly data: { readonly dir: string };
  readonly vendors: { readonly allowLocalHosts: boolean };
  readonly bootstrap: { readonly adminKey?: string | undefined; readonly supplier: string };
  readonly log: { readonly level: LogLevel };
  readonly worker: { readonly concurrency: number };
  /** Of workers; without a port they listen nowhere. */
  readonly metrics: { readonly host: string; readonly port?: number | undefined };
  /** Present only for a virtual clock. */
  readonly clock?: ClockSettings | undefined;
}

export interface ClockSettings {
  readonly virtualStart: Instant;
  readonly realStart: Instant;
  /** Virtual ms per real ms. */
  readonly scale: number;
}

/** Settings that a process can insist on. */
export type RequirableSetting = 'DATABASE_URL' | 'SECRETS_KEY' | 'REDIS_URL';

/** A `Config` in which the required settings are certain to be there. */
export type ConfigWith<R extends RequirableSetting> = Config &
  ('DATABASE_URL' extends R ? { readonly database: { readonly url: string } } : unknown) &
  ('REDIS_URL' extends R ? { readonly queue: { readonly redisUrl: string } } : unknown) &
  ('SECRETS_KEY' extends R ? { readonly security: { readonly secretsKeys: SecretsKeys } } : unknown);

/** What the api and the worker run with. */
export type ServiceConfig = ConfigWith<'DATABASE_URL' | 'SECRETS_KEY'>;

export interface SettingProblem {
  readonly setting: SettingName;
  readonly reason: string;
}

/** Everything that is wrong with the environment, by name and reason. Values are never repeated. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly SettingProblem[]) {
    const lines = problems.map(({ setting, reason }) => `  ${setting} ${reason}`);
    super(`The configuration cannot be used:\n${lines.join('\n')}`);
    this.name = 'ConfigError';
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads all settings, or throws one `ConfigError` that names every problem at once. An empty value counts as not
 * set, and surrounding white space (the line end of a mounted secret file) is not part of a value.
 */
export function loadConfig<R extends RequirableSetting = never>(
  env: Environment = process.env,
  options: { readonly require?: readonly R[] } = {},
): ConfigWith<R> {
  const texts = givenTexts(env);
  const parsed = settingsSchema.safeParse(texts);
  const problems: SettingProblem[] = [
    ...(parsed.error?.issues ?? []).map(({ path, message }) => ({
      setting: path[0] as SettingName,
      reason: message,
    })),
    ...missingSettings(texts, options.require ?? []),
    ...halfSetClock(texts),
  ];
  if (!parsed.success || problems.length > 0) throw new ConfigError(inOrder(problems));
  return configFrom(parsed.data) as ConfigWith<R>;
}

/** Values that must never be seen in a log: to be registered with the logger before anything else happens. */
export function secretValues(config: Config, env: Environment = process.env): string[] {
  const urls = [config.database.url, config.queue.redisUrl].filter((url) => url !== undefined);
  const passwords = urls.map((url) => new URL(url).password).filter((password) => password !== '');
  const keyTexts = (env['SECRETS_KEY'] ?? '').split(',').map((part) => part.trim().replace(/^v\d+:/, ''));
  return [...passwords, ...passwords.map(decoded), ...keyTexts, config.bootstrap.adminKey ?? ''].filter(
    (value, index, all) => value !== '' && all.indexOf(value) === index,
  );
}

function decoded(password: string): string {
  try {
    return decodeURIComponent(password);
  } catch {
    return password;
  }
}

function givenTexts(env: Environment): Partial<Record<SettingName, string>> {
  const texts: Partial<Record<SettingName, string>> = {};
  for (const name of settingNames) {
    const text = env[name]?.trim();
    if (text !== undefined && text !== '') texts[name] = text;
  }
  return texts;
}

function missingSettings(
  texts: Partial<Record<SettingName, string>>,
  required: readonly RequirableSetting[],
): SettingProblem[] {
  return required
    .filter((setting) => texts[setting] === undefined)
    .map((setting) => ({ setting, reason: 'must be set' }));
}

const clockNames = ['CLOCK_VIRTUAL_START', 'CLOCK_REAL_START', 'CLOCK_SCALE'] as const;

function halfSetClock(texts: Partial<Record<SettingName, string>>): SettingProblem[] {
  const missing = clockNames.filter((setting) => texts[setting] === undefined);
  if (missing.length === 0 || missing.length === clockNames.length) return [];
  return missing.map((setting) => ({ setting, reason: 'must be set too: the CLOCK_ settings go together' }));
}

function inOrder(problems: readonly SettingProblem[]): SettingProblem[] {
  return [...problems].sort((a, b) => settingNames.indexOf(a.setting) - settingNames.indexOf(b.setting));
}

function configFrom(settings: Settings): Config {
  return {
    database: { url: settings.DATABASE_URL },
    queue: { redisUrl: settings.REDIS_URL, redisPrefix: settings.REDIS_PREFIX },
    security: { secretsKeys: settings.SECRETS_KEY },
    http: {
      host: settings.HOST,
      port: settings.PORT,
      requestsPerMinute: settings.RATE_LIMIT_PER_MINUTE,
    },
    data: { dir: settings.DATA_DIR },
    vendors: { allowLocalHosts: settings.ALLOW_LOCAL_VENDOR_HOSTS },
    bootstrap: { adminKey: settings.BOOTSTRAP_ADMIN_KEY, supplier: settings.BOOTSTRAP_SUPPLIER },
    log: { level: settings.LOG_LEVEL },
    worker: { concurrency: settings.WORKER_CONCURRENCY },
    metrics: { host: settings.METRICS_HOST, port: settings.METRICS_PORT },
    clock: clockFrom(settings),
  };
}

function clockFrom(settings: Settings): ClockSettings | undefined {
  const { CLOCK_VIRTUAL_START: virtualStart, CLOCK_REAL_START: realStart, CLOCK_SCALE: scale } = settings;
  if (virtualStart === undefined || realStart === undefined || scale === undefined) return undefined;
  return { virtualStart, realStart, scale };
}
