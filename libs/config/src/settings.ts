import { z } from 'zod';
import {
  Refusal,
  readBoolean,
  readHost,
  readInstant,
  readInteger,
  readScale,
  readUrl,
  textSetting,
} from './parse';
import { readSecretsKeys } from './secrets-keys';

/** How a setting is shown in `.env.example` and the README. */
export interface SettingMeta {
  readonly description: string;
  /** Never printed with a value. */
  readonly secret?: boolean;
  readonly example?: string;
}

function meta(facts: SettingMeta): SettingMeta & Record<string, unknown> {
  return { ...facts };
}

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

function readLogLevel(text: string): LogLevel | Refusal {
  return logLevels.find((level) => level === text) ?? new Refusal(`must be one of ${logLevels.join(', ')}`);
}

function readAdminKey(text: string): string | Refusal {
  const claimsToBeMade = text.startsWith('ws_live_') && !/^ws_live_[0-9a-f]{12}_[0-9a-f]{64}$/.test(text);
  if (claimsToBeMade) return new Refusal('starts like a key that the service made, but is not whole');
  if (/^[\x21-\x7e]{32,200}$/.test(text)) return text;
  return new Refusal('must be 32 to 200 printable ASCII characters without spaces');
}

function readName(text: string): string | Refusal {
  return text.length <= 200 && !/\p{Cc}/u.test(text)
    ? text
    : new Refusal('must be at most 200 characters in one line');
}

function readPrefix(text: string): string | Refusal {
  return /^[\w-]{1,64}$/.test(text) ? text : new Refusal('must be 1 to 64 letters, digits, "-" or "_"');
}

/** Every setting there is, as it stands in the environment. The order is the order of the documentation. */
export const settingsSchema = z.object({
  DATABASE_URL: textSetting(readUrl('postgres', 'postgresql'))
    .optional()
    .meta(
      meta({
        description:
          'Postgres 15 or newer. Without it, `npm start` and `npm run demo` run their own Postgres in `DATA_DIR`.',
        secret: true,
        example: 'postgres://warmshift:PASSWORD@localhost:5432/warmshift',
      }),
    ),
  REDIS_URL: textSetting(readUrl('redis', 'rediss'))
    .optional()
    .meta(
      meta({
        description:
          'Redis for the job queue (AOF on, `noeviction`). Without it, the queue lives in Postgres.',
        secret: true,
        example: 'redis://localhost:6379',
      }),
    ),
  REDIS_PREFIX: textSetting(readPrefix)
    .default('warmshift')
    .meta(
      meta({
        description:
          'Starts the names of all keys in Redis: installations that share one Redis need one each.',
      }),
    ),
  SECRETS_KEY: textSetting(readSecretsKeys)
    .optional()
    .meta(
      meta({
        description:
          'Key that encrypts vendor credentials at rest: 32 bytes, hex or base64 (`openssl rand -base64 32`). ' +
          'To rotate, put the new key first: `v2:NEWKEY,v1:OLDKEY`; a key without a version is v1.',
        secret: true,
      }),
    ),
  HOST: textSetting(readHost)
    .default('127.0.0.1')
    .meta(meta({ description: 'Address the HTTP server listens on; `0.0.0.0` in a container.' })),
  PORT: textSetting(readInteger(0, 65_535))
    .default(3000)
    .meta(meta({ description: 'Port of the HTTP server; 0 takes a free one.' })),
  METRICS_PORT: textSetting(readInteger(0, 65_535))
    .optional()
    .meta(
      meta({
        description:
          'Port on which a worker serves `/metrics`, `/health/live` and `/health/ready`; 0 takes a free one. Without it a ' +
          'worker listens nowhere. The api serves them on `PORT`.',
        example: '9464',
      }),
    ),
  METRICS_HOST: textSetting(readHost)
    .default('127.0.0.1')
    .meta(meta({ description: 'Address that `METRICS_PORT` is opened on.' })),
  DATA_DIR: z
    .string()
    .default('.warmshift')
    .meta(meta({ description: 'Folder of the embedded mode: Postgres data and the generated key.' })),
  ALLOW_LOCAL_VENDOR_HOSTS: textSetting(readBoolean)
    .default(false)
    .meta(
      meta({
        description:
          'Lets connections point at hosts of this machine or the private network, also by plain http: ' +
          'for the sandbox or your own vendor double.',
      }),
    ),
  RATE_LIMIT_PER_MINUTE: textSetting(readInteger(1, 1_000_000))
    .default(6_000)
    .meta(
      meta({
        description: 'Requests that one API key may send in a minute, to each api process; more get 429.',
      }),
    ),
  BOOTSTRAP_ADMIN_KEY: textSetting(readAdminKey)
    .optional()
    .meta(
      meta({
        description:
          'API key of the first admin, for automated installs; 32 to 200 random characters. ' +
          'Without it, one is made at the first start and shown once.',
        secret: true,
      }),
    ),
  BOOTSTRAP_SUPPLIER: textSetting(readName)
    .default('Default supplier')
    .meta(meta({ description: 'Name of the supplier that the first admin key belongs to.' })),
  LOG_LEVEL: textSetting(readLogLevel)
    .default('info')
    .meta(meta({ description: `Least important line that is written: ${logLevels.join(', ')}.` })),
  WORKER_CONCURRENCY: textSetting(readInteger(1, 1000))
    .default(256)
    .meta(
      meta({
        description:
          'Actions that one worker process works on at the same time. They wait most of the time, and what they ask of ' +
          'Postgres together costs little more than what one asks.',
      }),
    ),
  CLOCK_VIRTUAL_START: textSetting(readInstant)
    .optional()
    .meta(
      meta({
        description:
          'What the service takes for the time at `CLOCK_REAL_START`. The three `CLOCK_` settings go together ' +
          'and are for simulations: with them, connections to public hosts are refused.',
        example: '2026-01-15T16:00:00Z',
      }),
    ),
  CLOCK_REAL_START: textSetting(readInstant)
    .optional()
    .meta(
      meta({
        description: 'Real instant at which the virtual clock started.',
        example: '2026-11-02T09:00:00Z',
      }),
    ),
  CLOCK_SCALE: textSetting(readScale)
    .optional()
    .meta(meta({ description: 'Virtual seconds that pass in a real second.', example: '120' })),
});

export type Settings = z.infer<typeof settingsSchema>;
export type SettingName = keyof Settings;
export const settingNames = Object.keys(settingsSchema.shape) as readonly SettingName[];
