import {
  DeviceUnreachable,
  VendorAuthExpired,
  VendorForbidden,
  VendorNotFound,
  VendorProtocolError,
  VendorRateLimited,
  VendorRejected,
  VendorUnavailable,
} from '@warmshift/vendors/contract';
import { fateOf, RestoreNotSent, untilStored } from './restore-outcome';
import { StaleAction, type StoredAction } from './stored-action';

describe('fateOf', () => {
  it.each([
    ['sent', 'no answer after it was sent', new VendorUnavailable('time-out', true)],
    ['sent', 'a gateway that did not answer after it was sent', new DeviceUnreachable('gone', true)],
    ['in_doubt', 'an answer that nobody can read', new VendorProtocolError('odd', '<html>')],
    ['in_doubt', 'an error of our own', new Error('Postgres is away')],
    ['not_sent', 'no connection', new VendorUnavailable('refused', false)],
    ['not_sent', '429', new VendorRateLimited('429')],
    ['not_sent', 'refused credentials', new VendorAuthExpired('401')],
    ['not_sent', 'a refusal', new VendorRejected('no')],
    ['not_sent', 'a call that is not allowed', new VendorForbidden('403')],
    ['not_sent', 'an unknown device', new VendorNotFound('404')],
  ] as const)('is %s after %s', (expected, _, error) => {
    expect(fateOf(error)).toBe(expected);
  });
});

describe('RestoreNotSent', () => {
  const action = (restoreTriedAt: number | undefined) => ({ restoreTriedAt }) as StoredAction;
  it.each([
    ['out of doubt after its only try', undefined, 20, undefined],
    ['as much in doubt as before this try', 10, 20, 10],
    ['with the try of somebody else', undefined, 30, 30],
  ])('leaves the action %s', (_, triedBefore, triedAt, left) => {
    const notSent = new RestoreNotSent(new VendorRateLimited('429'), triedBefore, 20);
    expect(notSent.withoutTry(action(triedAt)).restoreTriedAt).toBe(left);
  });
});

describe('untilStored', () => {
  it('tries again until it is stored', async () => {
    const answers = [new Error('terminating connection'), new Error('the database is starting up')];
    let stored = 0;
    await untilStored(() => {
      const error = answers.pop();
      if (error) return Promise.reject(error);
      stored += 1;
      return Promise.resolve();
    });
    expect(stored).toBe(1);
  });

  it('gives up at once what somebody else has changed', async () => {
    const store = jest.fn(() => Promise.reject(new StaleAction('a')));
    await expect(untilStored(store)).rejects.toThrow(StaleAction);
    expect(store).toHaveBeenCalledTimes(1);
  });
});
