import fc from 'fast-check';
import { InvalidJob } from './errors';
import { maxDelayMs, optionsFor } from './job-options';
import {
  definitionOf,
  jobNames,
  jobs,
  parseJob,
  parsePayload,
  queueNames,
  type JobName,
  type NewJob,
} from './jobs';

const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
const vendor = fc.constantFrom('nox', 'istabai', 'heatingcontrol', 'microclimates');
const payloads: { [Name in JobName]: fc.Arbitrary<unknown> } = {
  'connection.discover': fc.record({ v: fc.constant(1), connectionId: id, vendor }),
  'connection.read': fc.record({
    v: fc.constant(1),
    connectionId: id,
    vendor,
    scope: fc.constantFrom('idle', 'active'),
  }),
  'occurrence.plan': fc.record({ v: fc.constant(1), occurrenceId: id }),
  'occurrence.report': fc.record({ v: fc.constant(1), occurrenceId: id }),
  'webhook.deliver': fc.record({ v: fc.constant(1), deliveryId: id }),
  'connection.advance': fc.record({
    v: fc.constant(1),
    connectionId: id,
    vendor,
    priority: fc.constantFrom('restore', 'steer'),
    dueAt: fc.integer({ min: 0 }),
  }),
};
const anyJob = fc.oneof(...jobNames.map((name) => payloads[name].map((payload) => parseJob(name, payload))));

const advance = {
  name: 'connection.advance',
  payload: { v: 1, connectionId: 'c1', vendor: 'nox', priority: 'steer', dueAt: 0 },
} as const;
const mergeKey = (job: NewJob, nowMs = 0) => optionsFor(job, nowMs).deduplication?.id;

describe('the job catalogue', () => {
  it('sends every job to a queue that exists', () => {
    const queues = queueNames(['nox', 'istabai', 'heatingcontrol', 'microclimates']);
    fc.assert(
      fc.property(anyJob, (job) => queues.includes(definitionOf<JobName>(job.name).queue(job.payload))),
    );
  });

  it('uses no colon in queue names and merge keys, which BullMQ forbids', () => {
    fc.assert(
      fc.property(anyJob, fc.integer({ min: 0, max: maxDelayMs }), (job, delayMs) => {
        expect(definitionOf<JobName>(job.name).queue(job.payload)).not.toContain(':');
        expect(mergeKey({ ...job, delayMs })).not.toContain(':');
      }),
    );
  });

  it('merges two jobs of a queue exactly when name and payload are the same', () => {
    const few = fc.constantFrom('a', 'b', 'a-b', 'steer-a', 'restore-a');
    const about = (name: JobName) =>
      fc
        .record({
          v: fc.constant(1),
          vendor: fc.constant('nox'),
          connectionId: few,
          occurrenceId: few,
          deliveryId: few,
          scope: fc.constantFrom('idle', 'active'),
          priority: fc.constantFrom('restore', 'steer'),
          dueAt: fc.constantFrom(0, 100),
        })
        .map((payload) => parseJob(name, payload));
    const fewJobs = fc.oneof(...jobNames.map(about));
    fc.assert(
      fc.property(fewJobs, fewJobs, (one, other) => {
        const same = JSON.stringify(one) === JSON.stringify(other);
        expect(mergeKey(one) === mergeKey(other)).toBe(same);
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives every job a bounded number of attempts and a back-off', () => {
    for (const name of jobNames) {
      expect(jobs[name].attempts).toBeGreaterThanOrEqual(2);
      expect(jobs[name].backoffMs).toBeGreaterThan(0);
    }
  });

  it.each([
    ['restore', 'connection.advance', { connectionId: 'c', priority: 'restore', dueAt: 0 }, 0],
    ['steer', 'connection.advance', { connectionId: 'c', priority: 'steer', dueAt: 0 }, 1],
    ['active read', 'connection.read', { connectionId: 'c', scope: 'active' }, 0],
    ['discovery', 'connection.discover', { connectionId: 'c' }, 1],
    ['idle read', 'connection.read', { connectionId: 'c', scope: 'idle' }, 2],
  ])('gives a %s (%s) its turn', (_what, name, payload, priority) => {
    expect(optionsFor(parseJob(name, { v: 1, vendor: 'nox', ...payload }), 0).priority).toBe(priority);
  });
});

describe('parsePayload', () => {
  it.each([
    [{ v: 2, connectionId: 'c', vendor: 'nox', priority: 'steer' }, /^Job connection\.advance: v: /],
    [
      { v: 1, connectionId: 'c:d', vendor: 'nox', priority: 'steer' },
      /connectionId: must be 1 to 64 letters/,
    ],
    [{ v: 1, connectionId: 'c', vendor: 'NOX!', priority: 'steer' }, /vendor: must be a vendor id/],
    [{ v: 1, connectionId: 'c', vendor: 'nox' }, /priority: /],
    [undefined, /payload: /],
  ])('refuses %j and names the field', (payload, message) => {
    expect(() => parsePayload('connection.advance', payload)).toThrow(InvalidJob);
    expect(() => parsePayload('connection.advance', payload)).toThrow(message);
  });

  it('never repeats a value, which could be a secret', () => {
    const refused = () => parsePayload('occurrence.plan', { v: 1, occurrenceId: 'Bearer s3cret' });
    expect(refused).toThrow(/occurrenceId/);
    expect(refused).not.toThrow(/s3cret/);
  });

  it('drops fields the catalogue does not know', () => {
    const payload = { v: 1, occurrenceId: 'o1' };
    expect(parsePayload('occurrence.plan', { ...payload, apiKey: 'x' })).toEqual(payload);
  });
});

describe('parseJob', () => {
  it('refuses a name that is not in the catalogue and says which are', () => {
    expect(() => parseJob('action.fly', {})).toThrow(
      /Job action\.fly: is not in the catalogue \(connection\.discover/,
    );
    expect(() => parseJob('toString', {})).toThrow(InvalidJob);
  });
});

describe('optionsFor', () => {
  it.each([
    [-1, /must be 0 or more/],
    [Number.NaN, /must be 0 or more/],
    [maxDelayMs + 1, /keep the job in the outbox/],
  ])('refuses a delay of %d ms', (delayMs, message) => {
    expect(() => optionsFor({ ...advance, delayMs }, 0)).toThrow(message);
  });

  it('takes the longest delay', () => {
    expect(optionsFor({ ...advance, delayMs: maxDelayMs }, 0).delay).toBe(maxDelayMs);
  });

  it('merges delayed jobs that are due in the same second, and no others', () => {
    const due = (delayMs: number, nowMs: number) => mergeKey({ ...advance, delayMs }, nowMs);
    expect(due(5_000, 1_000)).toBe(due(5_500, 900));
    expect(due(5_000, 1_000)).not.toBe(due(7_000, 1_000));
    expect(due(5_000, 1_000)).not.toBe(mergeKey(advance, 6_000));
  });

  it('leaves nothing of a completed job and little of failed ones', () => {
    expect(optionsFor(advance, 0)).toMatchObject({ removeOnComplete: true, stackTraceLimit: 0 });
    expect(optionsFor(advance, 0).removeOnFail).toMatchObject({ count: 500 });
  });
});
