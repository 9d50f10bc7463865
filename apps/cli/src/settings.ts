import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { UsageError } from './errors';

/** Where the service is, and with which key it is asked. */
export interface ServiceSettings {
  readonly url: string;
  readonly apiKey: string;
}

/** Options that every command has. */
export interface GlobalOptions {
  readonly url?: string;
  readonly keyFile?: string;
  readonly timeout?: string;
  readonly json?: boolean;
}

/** `npm start` listens there. */
const defaultUrl = 'http://127.0.0.1:3000';

const environmentSchema = z.object({
  WARMSHIFT_URL: z.string().trim().optional(),
  WARMSHIFT_API_KEY: z.string().trim().optional(),
});

/**
 * The only place that reads the environment. The key comes from there or from a file, never from an argument: the list of
 * processes shows arguments to everybody.
 * @throws UsageError
 */
export function serviceSettings(options: GlobalOptions, env: unknown = process.env): ServiceSettings {
  const { WARMSHIFT_API_KEY, WARMSHIFT_URL } = environmentSchema.parse(env);
  const apiKey = options.keyFile === undefined ? WARMSHIFT_API_KEY : firstLine(options.keyFile);
  if (apiKey === undefined || apiKey === '')
    throw new UsageError('There is no API key: set WARMSHIFT_API_KEY, or give --key-file.');
  return { apiKey, url: options.url ?? (WARMSHIFT_URL || defaultUrl) };
}

function firstLine(file: string): string {
  const [line = ''] = textOfFile(file, '--key-file').split('\n', 1);
  return line.trim();
}

/** @throws UsageError that names the option and the file, and why it cannot be read. */
export function textOfFile(file: string, option: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code ?? 'unknown'})`;
    throw new UsageError(`${option} ${file}: ${reason}.`);
  }
}

/** Real ms of `--timeout`, which is in seconds. @throws UsageError */
export function timeoutMsOf({ timeout }: GlobalOptions): number | undefined {
  if (timeout === undefined) return undefined;
  const seconds = Number(timeout);
  if (!Number.isFinite(seconds) || seconds <= 0 || seconds > 3_600)
    throw new UsageError('--timeout must be a number of seconds, above 0 and at most 3600.');
  return seconds * 1000;
}
