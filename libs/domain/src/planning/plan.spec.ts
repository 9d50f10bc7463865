import { minuteMs, slotMs } from '../fleet';
import { plan } from './plan';
import { aRequest, aZone, blockedBy, drawn, fiveOClock } from './plan.fixtures';
import type { PlanRequest, PlanZone } from './plan-types';
import { verifyPlan } from './verify-plan';

interface Drawing {
  readonly picture: string;
  readonly because: string;
  readonly targetW?: number;
  readonly request?: Partial<PlanRequest>;
  readonly zones: readonly Partial<PlanZone>[];
}

const oneSlot = { maxSpanMs: slotMs };
const twoSlots = { maxSpanMs: 2 * slotMs };

const drawings: readonly Drawing[] = [
  { picture: '####', because: 'one zone covers what is asked of one', targetW: 1000, zones: [{}] },
  {
    picture: '#### ....',
    because: 'the cheaper one is enough',
    targetW: 1000,
    zones: [{ cost: 1 }, { cost: 2 }],
  },
  {
    picture: '.... ####',
    because: 'the second is cheaper',
    targetW: 1000,
    zones: [{ cost: 2 }, { cost: 1 }],
  },
  { picture: '#### ####', because: 'half a zone more is a whole zone more', targetW: 1500, zones: [{}, {}] },
  {
    picture: '.... ####',
    because: 'twice the yield for 1.5 times the cost is cheaper',
    targetW: 2000,
    zones: [{ cost: 1 }, { cost: 1.5, expectedYieldW: 2000 }],
  },
  {
    picture: '##.. ..##',
    because: 'zones that may act for half the window relieve each other',
    targetW: 1000,
    zones: [
      { ...twoSlots, blocked: blockedBy('...x') },
      { ...twoSlots, blocked: blockedBy('x...') },
    ],
  },
  {
    picture: '#... .#.. ..#. ...#',
    because: 'four of one slot each make a chain',
    targetW: 1000,
    zones: [
      { ...oneSlot, blocked: blockedBy('.xxx') },
      { ...oneSlot, blocked: blockedBy('x.xx') },
      { ...oneSlot, blocked: blockedBy('xx.x') },
      { ...oneSlot, blocked: blockedBy('xxx.') },
    ],
  },
  {
    picture: '#### ....',
    because: 'a cheap zone that covers only the middle spares nobody',
    targetW: 1000,
    zones: [{}, { cost: 0.5, blocked: blockedBy('x..x') }],
  },
  { picture: '....', because: 'nothing is asked', targetW: 0, zones: [{}] },
  { picture: '####', because: 'without a target everybody acts for as long as allowed', zones: [{}] },
  {
    picture: '..##',
    because: 'energy that comes back after the window does not count against it',
    zones: [{ ...twoSlots, reboundShare: 1 }],
    targetW: 1000,
  },
  {
    picture: '#### ....',
    because: 'one cycle of the heat pump is left for its two zones',
    zones: [
      { deviceId: 'pump', cyclesLeft: 1, cost: 1 },
      { deviceId: 'pump', cyclesLeft: 1, cost: 2, kind: 'DHW' },
    ],
  },
];

const zonesOf = ({ zones }: Drawing) => zones.map((facts, i) => aZone(`zone ${i}`, facts));
const requestOf = ({ targetW, request }: Drawing) =>
  aRequest(4, { ...(targetW !== undefined && { targetW }), ...request });

describe('plan', () => {
  const names = drawings.map((drawing) => [`${drawing.picture} | ${drawing.because}`, drawing] as const);
  it.each(names)('%s', (_, drawing) => {
    const zones = zonesOf(drawing);
    const result = plan(requestOf(drawing), zones);
    const ids = zones.map(({ zoneId }) => zoneId);
    expect(drawn(result, ids)).toBe(drawing.picture);
    expect(verifyPlan(requestOf(drawing), zones, result)).toEqual([]);
  });

  it('spreads one-slot zones evenly over the window when there is no target', () => {
    const zones = Array.from({ length: 12 }, (_, i) => aZone(`zone ${i}`, oneSlot));
    const { slots, leftOut } = plan(aRequest(4), zones);
    expect(slots.map(({ expectedW }) => expectedW)).toEqual([3000, 3000, 3000, 3000]);
    expect(leftOut).toEqual([]);
  });

  it('lets zones that may act where others cannot fill the hole the others leave', () => {
    const zones = [
      ...Array.from({ length: 4 }, (_, i) =>
        aZone(`bound ${i}`, { ...twoSlots, blocked: blockedBy('..xx') }),
      ),
      ...Array.from({ length: 4 }, (_, i) => aZone(`free ${i}`, twoSlots)),
    ];
    const { slots } = plan(aRequest(4, { targetW: 4000 }), zones);
    expect(slots.map(({ shortfallW }) => shortfallW)).toEqual([0, 0, 0, 0]);
  });

  it('promises what nine of ten evenings give: mean less 1.2816 standard deviations of the sum', () => {
    const zones = Array.from({ length: 100 }, (_, i) => aZone(`zone ${i}`, { yieldStdDevW: 300 }));
    const { slots } = plan(aRequest(1), zones);
    expect(slots[0]!.expectedW).toBeCloseTo(100_000, 6);
    expect(slots[0]!.promisedW).toBeCloseTo(100_000 - 1.2816 * 300 * 10, 6);
  });

  it('adds zones until the promise, not the expectation, meets the target', () => {
    const zones = Array.from({ length: 100 }, (_, i) => aZone(`zone ${i}`, { yieldStdDevW: 500 }));
    const { slots, actions } = plan(aRequest(2, { targetW: 20_000, confidence: 'P90' }), zones);
    // 22 zones: 22,000 - 1.2816 * 500 * sqrt(22) = 18,994; 23: 19,926; 24: 20,861.
    expect(actions).toHaveLength(24);
    expect(slots.every(({ shortfallW }) => shortfallW === 0)).toBe(true);
  });

  it('does not promise less because of a zone more uncertain than it yields', () => {
    const solid = Array.from({ length: 20 }, (_, i) => aZone(`solid ${i}`));
    const wild = aZone('wild', { expectedYieldW: 10, yieldStdDevW: 5000, cost: 0 });
    const result = plan(aRequest(2, { targetW: 25_000, confidence: 'P90' }), [...solid, wild]);
    expect(result.slots.map(({ promisedW }) => promisedW)).toEqual([20_000, 20_000]);
    expect(result.leftOut.map(({ zoneId, code }) => [zoneId, code])).toEqual([['wild', 'NOT_NEEDED']]);
  });

  it('still steers a lone uncertain zone, of which nothing can be promised', () => {
    const { actions, slots } = plan(aRequest(1, { targetW: 1000, confidence: 'P90' }), [
      aZone('only', { yieldStdDevW: 900 }),
    ]);
    expect(actions).toHaveLength(1);
    expect(slots[0]).toMatchObject({ expectedW: 1000, promisedW: 0, shortfallW: 1000 });
  });

  it('counts what an early release brings back against the slots after it', () => {
    const early = aZone('early', { ...twoSlots, blocked: blockedBy('..xxxxxx'), reboundShare: 0.5 });
    const { slots, reboundWh } = plan(aRequest(8), [early]);
    // 1 kW over two slots: 1,000 W × slots come back, a third of them at once.
    const expected = [1000, 1000, -5000 / 15, -4000 / 15, -3000 / 15, -2000 / 15, -1000 / 15, 0];
    slots.forEach(({ expectedW }, slot) => expect(expectedW).toBeCloseTo(expected[slot]!, 9));
    expect(reboundWh).toBeCloseTo(0, 9);
  });

  it('says how much energy comes back after the window', () => {
    const { reboundWh } = plan(aRequest(4), [aZone('late', { reboundShare: 0.5 })]);
    expect(reboundWh).toBeCloseTo(500, 9);
  });

  it('counts no effect before the lag is over', () => {
    const { slots, actions } = plan(aRequest(4), [aZone('slow', { lagMs: 20 * minuteMs })]);
    expect(slots.map(({ expectedW }) => Math.round(expectedW))).toEqual([0, 667, 1000, 1000]);
    expect(actions[0]!.expectedYieldW).toBeCloseTo((1000 * 40) / 60, 9);
  });

  it('staggers starts and ends inside their first and last slot', () => {
    const staggerMs = 10 * minuteMs;
    const zones = Array.from({ length: 200 }, (_, i) => aZone(`zone ${i}`));
    const { actions } = plan(aRequest(8, { staggerMs }), zones);
    const starts = actions.map(({ span }) => span.startsAt - fiveOClock);
    const ends = actions.map(({ span }) => fiveOClock + 8 * slotMs - span.endsAt);
    for (const offsets of [starts, ends]) {
      expect(Math.min(...offsets)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...offsets)).toBeLessThan(staggerMs);
      // Spread over the whole allowance, not bunched: 200 uniform draws leave no fifth of it empty.
      const fifths = new Set(offsets.map((offsetMs) => Math.floor((5 * offsetMs) / staggerMs)));
      expect(fifths.size).toBe(5);
    }
    for (const { expectedYieldW } of actions) expect(expectedYieldW).toBeCloseTo(1000, 6);
  });

  it('leaves at least half of a one-slot action, whatever the staggering', () => {
    const zones = Array.from({ length: 50 }, (_, i) => aZone(`zone ${i}`, oneSlot));
    const { actions } = plan(aRequest(4, { staggerMs: slotMs - 1 }), zones);
    expect(Math.min(...actions.map(({ span }) => span.endsAt - span.startsAt))).toBeGreaterThanOrEqual(
      slotMs / 2,
    );
  });

  it('holds out about the asked share, both zones of a device together', () => {
    const zones = Array.from({ length: 1000 }, (_, i) => aZone(`zone ${i}`, { deviceId: `pump ${i >> 1}` }));
    const { leftOut } = plan(aRequest(1, { holdOutShare: 0.2 }), zones);
    expect(leftOut.every(({ code }) => code === 'HOLD_OUT')).toBe(true);
    expect(leftOut.length).toBeGreaterThan(140);
    expect(leftOut.length).toBeLessThan(260);
    const devices = new Set(leftOut.map(({ zoneId }) => Number(zoneId.slice(5)) >> 1));
    expect(leftOut).toHaveLength(devices.size * 2);
  });

  it('draws other zones for another seed', () => {
    const zones = Array.from({ length: 40 }, (_, i) => aZone(`zone ${i}`));
    const chosen = (seed: number) =>
      plan(aRequest(2, { targetW: 10_000, seed }), zones).actions.map((a) => a.zoneId);
    expect(chosen(1)).toHaveLength(10);
    expect(chosen(1)).toEqual(chosen(1));
    expect(chosen(1)).not.toEqual(chosen(2));
  });

  it('says of every zone that is left out why, and when it could', () => {
    const zones = [
      aZone('a', { code: 'OFFLINE', reason: 'Last seen yesterday.', nextEligibleAt: 42 }),
      aZone('b', { expectedYieldW: 0 }),
      aZone('c', { maxSpanMs: slotMs - 1 }),
      aZone('d', { blocked: blockedBy('xx') }),
      aZone('e', { lagMs: 30 * minuteMs }),
      aZone('f', { cyclesLeft: 0 }),
      aZone('g', { cost: 0.1 }),
      aZone('h', { cost: 9 }),
    ];
    const { leftOut, actions } = plan(aRequest(2, { targetW: 1000 }), zones);
    expect(actions.map(({ zoneId }) => zoneId)).toEqual(['g']);
    expect(leftOut).toEqual([
      { zoneId: 'a', code: 'OFFLINE', reason: 'Last seen yesterday.', nextEligibleAt: 42 },
      { zoneId: 'b', code: 'NO_HEADROOM', reason: expect.any(String) },
      { zoneId: 'c', code: 'TOO_SHORT', reason: expect.any(String) },
      { zoneId: 'd', code: 'TOO_SHORT', reason: expect.any(String) },
      { zoneId: 'e', code: 'TOO_SHORT', reason: expect.stringContaining('30 min') },
      { zoneId: 'f', code: 'CYCLE_LIMIT', reason: expect.stringContaining('0 left') },
      { zoneId: 'h', code: 'NOT_NEEDED', reason: expect.any(String) },
    ]);
  });

  it('takes an action that costs no cycle from a device that has none left', () => {
    expect(plan(aRequest(1), [aZone('running', { cycleCost: 0, cyclesLeft: 0 })]).actions).toHaveLength(1);
  });

  it('tells the cost of the steered slots', () => {
    const zones = [aZone('a', { cost: 2, maxSpanMs: 3 * slotMs }), aZone('b', { cost: 0.5 })];
    expect(plan(aRequest(4), zones).cost).toBeCloseTo(3 * 2 + 4 * 0.5, 9);
  });

  it('plans an empty fleet as a shortfall', () => {
    const { slots, actions } = plan(aRequest(2, { targetW: 500 }), []);
    expect(actions).toEqual([]);
    expect(slots.map(({ shortfallW }) => shortfallW)).toEqual([500, 500]);
  });
});
