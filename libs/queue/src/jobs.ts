import { z } from 'zod';
import { InvalidJob } from './errors';

/** Rows' ids: enough for a UUID or a bigint, and free of the `:` that BullMQ keeps for itself. */
const id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, "-" or "_"');
const vendor = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be a vendor id such as "nox"');
const v1 = z.literal(1);

/**
 * What an added duplicate means; a duplicate is a job of the same name and `subject`.
 * - `again`: it is never later than asked. While one is active it runs after that one; while one waits for its
 *   next attempt it cuts that wait short. For orders.
 * - `merge`: dropped while one is waiting, retrying or active. For periodic work, whose next turn comes anyway.
 */
export type OnDuplicate = 'again' | 'merge';

/** How one kind of job is queued and retried. All durations are real ms: the queue knows no scaled clock. */
export interface JobDefinition<Payload> {
  readonly payload: z.ZodType<Payload>;
  readonly queue: (payload: Payload) => string;
  /** What the job is about; see `OnDuplicate`. */
  readonly subject: (payload: Payload) => string;
  readonly onDuplicate: OnDuplicate;
  /** 0 goes first, then 1, 2 and so on; default 0. */
  readonly priority?: (payload: Payload) => number;
  /** How often it is tried in all. */
  readonly attempts: number;
  /** Wait before the second attempt; doubled for each further one, at most `maxBackoffMs`. */
  readonly backoffMs: number;
  /**
   * After this long since it was due, a job that was already tried is given up rather than tried again. The first
   * attempt always runs, however late: newer requests were merged into it. Absent: only `attempts` counts.
   */
  readonly deadlineMs?: number;
}

/** Keeps each entry's payload type while checking the rest against it. */
function job<Payload>(definition: JobDefinition<Payload>): JobDefinition<Payload> {
  return definition;
}

const minuteMs = 60_000;
const connection = { v: v1, connectionId: id, vendor };

/** The queue of everything that needs no vendor. */
export const planningQueue = 'planning';
/** Receivers are slow or away: they hold up nothing else. */
export const webhooksQueue = 'webhooks';
export const syncQueue = (vendorId: string): string => `sync-${vendorId}`;
export const outboundQueue = (vendorId: string): string => `outbound-${vendorId}`;

/** Every queue that can exist with these vendors. */
export function queueNames(vendors: readonly string[]): string[] {
  return [planningQueue, webhooksQueue, ...vendors.map(outboundQueue), ...vendors.map(syncQueue)];
}

/**
 * Every job there is. Payloads carry ids only: they are readable by whoever can read the queue. To change a
 * payload, add a version and keep reading the old one until no such job can be left.
 */
export const jobs = {
  /** List the devices of a connection. */
  'connection.discover': job({
    payload: z.object(connection),
    queue: (p) => syncQueue(p.vendor),
    subject: (p) => p.connectionId,
    onDuplicate: 'again',
    priority: () => 1,
    attempts: 4,
    backoffMs: 5_000,
    deadlineMs: 10 * minuteMs,
  }),
  /** Read the states of a connection's devices: all, or those with an active action. */
  'connection.read': job({
    payload: z.object({ ...connection, scope: z.enum(['idle', 'active']) }),
    queue: (p) => syncQueue(p.vendor),
    subject: (p) => `${p.scope}-${p.connectionId}`,
    onDuplicate: 'merge',
    priority: (p) => (p.scope === 'active' ? 0 : 2),
    attempts: 2,
    backoffMs: 5_000,
    deadlineMs: minuteMs,
  }),
  /** Plan one occurrence of a campaign. */
  'occurrence.plan': job({
    payload: z.object({ v: v1, occurrenceId: id }),
    queue: () => planningQueue,
    subject: (p) => p.occurrenceId,
    onDuplicate: 'again',
    attempts: 5,
    backoffMs: 2_000,
  }),
  /**
   * Do what the actions of a connection need by `dueAt` (injected clock): dispatch, verify, restore. Restores overtake
   * everything else. Those that are due together share a job; one for an earlier instant never stands for a later one.
   */
  'connection.advance': job({
    payload: z.object({ ...connection, priority: z.enum(['restore', 'steer']), dueAt: z.int() }),
    queue: (p) => outboundQueue(p.vendor),
    subject: (p) => `${p.priority}-${p.connectionId}-${p.dueAt}`,
    onDuplicate: 'again',
    priority: (p) => (p.priority === 'restore' ? 0 : 1),
    attempts: 5,
    backoffMs: 1_000,
  }),
  /** Write the report of an occurrence that has ended. */
  'occurrence.report': job({
    payload: z.object({ v: v1, occurrenceId: id }),
    queue: () => planningQueue,
    subject: (p) => p.occurrenceId,
    onDuplicate: 'again',
    priority: () => 1,
    attempts: 5,
    backoffMs: 10_000,
  }),
  /** Send one event to one receiver. Its own waits are in Postgres: a new job comes for each attempt. */
  'webhook.deliver': job({
    payload: z.object({ v: v1, deliveryId: id }),
    queue: () => webhooksQueue,
    subject: (p) => p.deliveryId,
    onDuplicate: 'again',
    attempts: 3,
    backoffMs: 2_000,
  }),
};

export type JobName = keyof typeof jobs;
export type JobPayload<Name extends JobName> = z.output<(typeof jobs)[Name]['payload']>;
export const jobNames = Object.keys(jobs) as JobName[];

/** A job to be added, tied to the payload of its name. `delayMs` is real time, at most `maxDelayMs`. */
export type NewJob<Name extends JobName = JobName> = {
  [N in Name]: { readonly name: N; readonly payload: JobPayload<N>; readonly delayMs?: number | undefined };
}[Name];

export function isJobName(name: string): name is JobName {
  return Object.hasOwn(jobs, name);
}

/** The entry of a name, for code that treats all jobs alike. */
export function definitionOf<Name extends JobName>(name: Name): JobDefinition<JobPayload<Name>> {
  return jobs[name] as unknown as JobDefinition<JobPayload<Name>>;
}

/** Checks a payload from anywhere and drops what the catalogue does not know. Throws `InvalidJob` naming the fields. */
export function parsePayload<Name extends JobName>(name: Name, payload: unknown): JobPayload<Name> {
  const parsed = definitionOf(name).payload.safeParse(payload);
  if (parsed.success) return parsed.data;
  throw new InvalidJob(
    name,
    parsed.error.issues.map((issue) => `${issue.path.join('.') || 'payload'}: ${issue.message}`).join('; '),
  );
}

/** A job whose name and payload come from outside the type system, such as an outbox row. Throws `InvalidJob`. */
export function parseJob(name: string, payload: unknown, delayMs?: number): NewJob {
  if (!isJobName(name)) throw new InvalidJob(name, `is not in the catalogue (${jobNames.join(', ')})`);
  return { name, payload: parsePayload(name, payload), delayMs } as NewJob;
}
