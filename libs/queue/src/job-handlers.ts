import { jobNames, type JobName, type JobPayload } from './jobs';

/** `skipped`: there was nothing (any more) to do; the reason is a code for the log. */
export type JobOutcome = 'done' | { readonly skipped: string };

export interface JobContext {
  readonly queue: string;
  /** 1 for the first. */
  readonly attempt: number;
}

/**
 * Does one job. May be called twice for the same job, and at the same time in two processes. An error with
 * `retry: 'never'` ends the job; any other is tried again as the catalogue says.
 */
export type JobHandler<Name extends JobName> = (
  payload: JobPayload<Name>,
  context: JobContext,
) => Promise<JobOutcome>;

/** A handler bound to its job, made by `handle`. */
export interface BoundHandler {
  readonly name: JobName;
  readonly run: (payload: never, context: JobContext) => Promise<JobOutcome>;
}

/** Binds a handler to a job of the catalogue; the payload's type follows from the name. */
export function handle<Name extends JobName>(name: Name, run: JobHandler<Name>): BoundHandler {
  return { name, run };
}

export type HandlerTable = ReadonlyMap<string, BoundHandler['run']>;

/**
 * Start-up check: every job of the catalogue has exactly one handler. Throws an error that lists what is missing
 * or doubled and says what to do.
 */
export function handlerTable(handlers: readonly BoundHandler[]): HandlerTable {
  const count = (name: JobName) => handlers.filter((handler) => handler.name === name).length;
  const problems = jobNames.flatMap((name) => {
    if (count(name) === 1) return [];
    return count(name) === 0
      ? [
          `No handler for job '${name}': add handle('${name}', …) to the worker's handlers, or remove the job from libs/queue/src/jobs.ts.`,
        ]
      : [`${count(name)} handlers for job '${name}': keep one handle('${name}', …) and remove the others.`];
  });
  if (problems.length > 0) throw new Error(`The worker cannot start.\n${problems.join('\n')}`);
  return new Map(handlers.map(({ name, run }) => [name, run]));
}
