import { verdict, type Evidence } from './verdict';

const good: Evidence = {
  listed: 3,
  missing: [],
  slots: [{ startsAt: 0, promisedKw: 10, deliveredKw: 9.1 }],
  judgement: {
    cycles: { overThroughSteering: [] },
    comfort: { minutesBelowFloorThroughSteering: 0 },
    legionella: { missedThroughSteering: [] },
    steeredNow: [],
  },
  outcomes: { RESTORED: 2, OVERRIDDEN: 1, SKIPPED: 4 },
};

const failing = (change: Partial<Evidence>): number =>
  verdict({ ...good, ...change }).filter(({ holds }) => !holds).length;

describe('verdict', () => {
  it('holds when everything was promised, delivered, kept and given back', () => {
    expect(failing({})).toBe(0);
  });

  it.each<[string, Partial<Evidence>]>([
    ['a device is missing', { missing: ['nox/1'] }],
    ['no device was listed', { listed: 0 }],
    [
      'one slot delivered less than 90 %',
      { slots: [...good.slots, { startsAt: 1, promisedKw: 10, deliveredKw: 8.9 }] },
    ],
    ['nothing was promised', { slots: [{ startsAt: 0, promisedKw: 0, deliveredKw: 5 }] }],
    [
      'a device went over its starts',
      { judgement: { ...good.judgement, cycles: { overThroughSteering: ['x'] } } },
    ],
    [
      'a disinfection was missed',
      { judgement: { ...good.judgement, legionella: { missedThroughSteering: ['x'] } } },
    ],
    [
      'a minute was too cold',
      { judgement: { ...good.judgement, comfort: { minutesBelowFloorThroughSteering: 1 } } },
    ],
    ['a device is still steered', { judgement: { ...good.judgement, steeredNow: ['x'] } }],
    ['an action failed', { outcomes: { RESTORED: 2, FAILED: 1 } }],
    ['an action is not over', { outcomes: { RESTORED: 2, RESTORING: 1 } }],
    ['nothing was steered', { outcomes: { SKIPPED: 4 } }],
  ])('fails when %s', (_what, change) => {
    expect(failing(change)).toBe(1);
  });
});
