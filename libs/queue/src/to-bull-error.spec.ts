import { UnrecoverableError } from 'bullmq';
import { InvalidJob, QueueUnavailable } from './errors';
import { maxDelayMs } from './job-options';
import { retryDelayMs, toBullError } from './to-bull-error';

const asIs = (ms: number) => ms;
const failed = (fields: object) =>
  toBullError(Object.assign(new Error('slow down'), { retry: 'later', ...fields }));

describe('toBullError', () => {
  it('ends the job when the error says never', () => {
    expect(toBullError(new InvalidJob('connection.advance', 'v: wrong'))).toBeInstanceOf(UnrecoverableError);
  });

  it.each([
    ['says later', new QueueUnavailable('away')],
    ['says nothing, as a bug does', new TypeError('x is undefined')],
    ['is not even an error', 'text'],
    ['is null', null],
  ])('lets BullMQ try again when it %s', (_what, error) => {
    expect(toBullError(error)).not.toBeInstanceOf(UnrecoverableError);
    expect(toBullError(error)).toBeInstanceOf(Error);
  });

  it('keeps the words of errors that say retry, cut to 300 characters', () => {
    expect(toBullError(new QueueUnavailable('x'.repeat(500))).message).toBe(
      `QueueUnavailable: ${'x'.repeat(282)}`,
    );
  });

  it('stores only the kind of any other', () => {
    expect(toBullError(new TypeError('password=1')).message).toBe("TypeError (see the worker's log)");
  });
});

describe('retryDelayMs', () => {
  it.each([
    [1, 1_000],
    [2, 2_000],
    [4, 8_000],
    [20, 60_000],
  ])('before attempt %d + 1 of connection.advance is %d ms, spread by 20 %%', (attemptsMade, backoffMs) => {
    const delayMs = retryDelayMs('connection.advance', attemptsMade, new Error('x'), asIs);
    expect(delayMs).toBeGreaterThanOrEqual(backoffMs * 0.8);
    expect(delayMs).toBeLessThanOrEqual(backoffMs * 1.2);
  });

  it('waits until the moment a vendor named, turned into real time', () => {
    expect(retryDelayMs('connection.advance', 1, failed({ retryAfterMs: 600_000 }), (ms) => ms / 60)).toBe(
      10_000,
    );
  });

  it('is never longer than a job may be delayed', () => {
    expect(retryDelayMs('connection.advance', 1, failed({ retryAfterMs: 86_400_000 }), asIs)).toBe(
      maxDelayMs,
    );
  });

  it('has an answer for jobs of a newer version', () => {
    expect(retryDelayMs('action.fly', 1, undefined, asIs)).toBeGreaterThan(0);
  });
});
