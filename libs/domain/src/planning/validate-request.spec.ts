import { hourMs, minuteMs, slotMs } from '../fleet';
import { plan } from './plan';
import { aRequest, aZone, fiveOClock } from './plan.fixtures';
import type { PlanConnection, PlanRequest, PlanZone } from './plan-types';
import { InvalidPlanRequest } from './validate-request';

function fieldsRefused(request: PlanRequest, zones: readonly PlanZone[] = []): string[] {
  try {
    plan(request, zones);
  } catch (error) {
    if (error instanceof InvalidPlanRequest) return error.problems.map(({ field }) => field);
    throw error;
  }
  return [];
}

const windowOf = (startsAt: number, lengthMs: number) => ({
  window: { startsAt, endsAt: startsAt + lengthMs },
});

const paceOf = (facts: Partial<PlanConnection>) => ({
  connections: [{ connectionId: 'a', startSpacingMs: 1, endSpacingMs: 1, ...facts }],
});
const standing = {
  zoneId: 'fine',
  deviceId: 'device of fine',
  span: { startsAt: fiveOClock, endsAt: fiveOClock + slotMs },
  expectedYieldW: 1000,
  cycleCost: 1,
};

describe('InvalidPlanRequest', () => {
  it.each<[string, Partial<PlanRequest>, string[]]>([
    ['a start off the grid', windowOf(fiveOClock + minuteMs, 14 * minuteMs), ['window.startsAt', 'window']],
    ['an end off the grid', windowOf(fiveOClock, 20 * minuteMs), ['window.endsAt']],
    ['an empty window', windowOf(fiveOClock, 0), ['window.endsAt']],
    ['a window that ends before it starts', windowOf(fiveOClock, -slotMs), ['window.endsAt']],
    ['a window longer than a day', windowOf(fiveOClock, 24 * hourMs + slotMs), ['window']],
    ['a negative target', { targetsW: [1, 1, -1, 1] }, ['targetsW']],
    ['an infinite target', { targetsW: [1, 1, Infinity, 1] }, ['targetsW']],
    ['a target that is no number', { targetsW: [1, 1, NaN, 1] }, ['targetsW']],
    ['everybody held out', { holdOutShare: 1 }, ['holdOutShare']],
    ['a negative hold-out', { holdOutShare: -0.1 }, ['holdOutShare']],
    ['staggering over a whole slot', { staggerMs: slotMs }, ['staggerMs']],
    ['negative staggering', { staggerMs: -1 }, ['staggerMs']],
    ['half a seed', { seed: 0.5 }, ['seed']],
    ['a target for three of four slots', { targetsW: [1, 1, 1] }, ['targetsW']],
    ['a confidence nobody knows', { confidence: 'P95' as 'P90' }, ['confidence']],
    ['a negative cap', { releaseCapW: -1 }, ['releaseCapW']],
    ['a pace slower than a slot', paceOf({ startSpacingMs: slotMs + 1 }), ['connections[a].startSpacingMs']],
    ['a pace that is no number', paceOf({ endSpacingMs: NaN }), ['connections[a].endSpacingMs']],
    ['a negative quota', paceOf({ maxActions: -1 }), ['connections[a].maxActions']],
    [
      'a connection that is given twice',
      { connections: [...paceOf({}).connections, ...paceOf({}).connections] },
      ['connections[a].connectionId'],
    ],
    [
      'a standing action of a zone nobody offered',
      { running: [{ ...standing, zoneId: 'stranger' }] },
      ['running[stranger].zoneId'],
    ],
    ['two standing actions of a zone', { running: [standing, standing] }, ['running[fine].zoneId']],
    [
      'a standing action that ends before it starts',
      { running: [{ ...standing, span: { startsAt: 2, endsAt: 1 } }] },
      ['running[fine].span'],
    ],
    [
      'a standing action with a yield that is no number',
      { running: [{ ...standing, expectedYieldW: NaN }] },
      ['running[fine].expectedYieldW'],
    ],
    ['two mistakes at once', { targetsW: [1, 1, 1, -1], staggerMs: -1 }, ['targetsW', 'staggerMs']],
  ])('names the field of %s', (_, facts, fields) => {
    expect(fieldsRefused(aRequest(4, facts), [aZone('fine')])).toEqual(fields);
  });

  it('takes a window of a whole day and a target of 0', () => {
    expect(fieldsRefused(aRequest(96, { targetW: 0 }))).toEqual([]);
  });

  it.each<[keyof PlanZone, Partial<PlanZone>]>([
    ['expectedYieldW', { expectedYieldW: NaN }],
    ['yieldStdDevW', { yieldStdDevW: -1 }],
    ['maxSpanMs', { maxSpanMs: NaN }],
    ['cycleCost', { cycleCost: -1 }],
    ['cyclesLeft', { cyclesLeft: NaN }],
    ['reboundShare', { reboundShare: 1.5 }],
    ['cost', { cost: -1 }],
    ['lagMs', { lagMs: Infinity }],
    ['blocked', { blocked: [{ startsAt: 2, endsAt: 1 }] }],
  ])('names the zone and its %s', (field, facts) => {
    expect(fieldsRefused(aRequest(4), [aZone('fine'), aZone('odd', facts)])).toEqual([`zones[odd].${field}`]);
  });

  it('refuses a zone that is given twice, which could be steered twice', () => {
    expect(fieldsRefused(aRequest(4), [aZone('a'), aZone('a')])).toEqual(['zones[a].zoneId']);
  });
});
