import { UnrecoverableError } from 'bullmq';
import { definitionOf, isJobName } from './jobs';
import { maxDelayMs } from './job-options';

/** Longest wait between two attempts, unless a vendor asked for more. Real ms. */
const maxBackoffMs = 60_000;

/** What an error says about trying again; vendors' errors and our own carry it. */
export function retryOf(error: unknown): 'later' | 'never' | undefined {
  const retry = (error as { retry?: unknown } | null)?.retry;
  return retry === 'later' || retry === 'never' ? retry : undefined;
}

/**
 * The error to end an attempt with: `UnrecoverableError` when it says `retry: 'never'`, one that BullMQ tries again
 * otherwise. BullMQ stores the message where anybody with access to the queue can read it, so only errors that
 * say `retry`, whose words are known to be clean, keep theirs; of any other only the kind is stored.
 */
export function toBullError(error: unknown): Error {
  const retry = retryOf(error);
  const message = error instanceof Error ? error.message : '';
  const name = kindOf(error);
  const text = retry ? `${name}: ${message}`.slice(0, 300) : `${name} (see the worker's log)`;
  return retry === 'never' ? new UnrecoverableError(text) : new Error(text, { cause: error });
}

function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return error.name === 'Error' ? error.constructor.name : error.name;
}

/**
 * Real ms until the next attempt: the catalogue's back-off, doubled each time and spread by ±20 %, but never
 * before the moment a vendor named (`retryAfterMs`, in ms of the injected clock).
 */
export function retryDelayMs(
  name: string,
  attemptsMade: number,
  error: Error | undefined,
  realMs: (ms: number) => number,
): number {
  const firstMs = isJobName(name) ? definitionOf(name).backoffMs : 5_000;
  const backoffMs = Math.min(firstMs * 2 ** (attemptsMade - 1), maxBackoffMs) * (0.8 + 0.4 * Math.random());
  const asked = (error?.cause as { retryAfterMs?: unknown } | undefined)?.retryAfterMs;
  const askedMs = typeof asked === 'number' && asked > 0 ? realMs(asked) : 0;
  return Math.round(Math.min(Math.max(backoffMs, askedMs), maxDelayMs));
}
