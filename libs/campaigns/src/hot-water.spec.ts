import { slotMs, type HeatedStretch, type ZoneFacts } from '@warmshift/domain';
import type { ZoneContext } from '@warmshift/steerable-status';
import type { RecentSeries } from './expected-draws';
import { hotWater } from './hot-water';

/** 17:00 local, also in the hours before hot water is drawn less. */
const now = Date.UTC(2026, 0, 14, 17);
const window = { startsAt: now, endsAt: now + 8 * slotMs };
const activationLimitC = 46;

const tank = (deviceId: string, facts: Partial<ZoneFacts> = {}) =>
  ({
    zoneId: `${deviceId}/DHW`,
    deviceId,
    vendor: 'nox',
    deviceKind: 'heat_pump',
    facts: { zone: 'DHW', timeZone: 'UTC', activationLimitC, coolingKPerH: 0.2, ...facts },
  }) as unknown as ZoneContext;

/** Every quarter of an hour, down to `lastC` by `lostK` each. */
const falling = (lastC: number, lostK: number): RecentSeries => ({
  powers: [],
  temperatures: Array.from({ length: 8 }, (_, n) => ({
    at: now - (7 - n) * slotMs,
    temperatureC: lastC + (7 - n) * lostK,
  })),
});

/** Tanks that begin 1 K below what their vendor states: the coldest ones stand there. */
const tanks = Array.from({ length: 40 }, (_, n) => tank(`device ${n}`));
const series = new Map(
  tanks.map(({ zoneId }, n) => [zoneId, falling(activationLimitC - 1 + (n % 10) * 0.5, 0.25)]),
);
const stands: HeatedStretch[] = [{ startsAt: now - 8 * slotMs, endsAt: now, onShare: 0 }];
const waterOf = (contexts = tanks, stretches = new Map(contexts.map(({ zoneId }) => [zoneId, stands]))) =>
  hotWater(contexts, stretches, series, window, now);
const within = (starts: ArrayLike<number>, slots: number) =>
  Array.from({ length: slots }, (_, slot) => starts[slot]!).reduce((sum, share) => sum + share, 0);

describe('hotWater', () => {
  it('expects a tank that has come down to where tanks begin before one that was just heated', () => {
    const water = waterOf();
    const [cold, warmer, warm] = ['device 0', 'device 3', 'device 9'].map((id) => water(id)!.starts);
    expect(within(cold!, 2)).toBeGreaterThan(0.9);
    expect(within(warmer!, 2)).toBe(0);
    expect(within(warmer!, 8)).toBeGreaterThan(0.9);
    expect(within(warm!, 8)).toBe(0);
  });

  it('lets runs last for as long as they were seen to, else as they usually do', () => {
    expect(waterOf()('device 0')!.runMs).toBe(3 * slotMs);
    const heated = [
      { startsAt: now - 8 * slotMs, endsAt: now - 6 * slotMs, onShare: 1 },
      { startsAt: now - 6 * slotMs, endsAt: now, onShare: 0 },
    ];
    const seen = new Map(tanks.map(({ zoneId }) => [zoneId, heated]));
    expect(waterOf(tanks, seen)('device 0')).toMatchObject({ runMs: 2 * slotMs, seen: heated });
  });

  it.each([
    ['its vendor states no such temperature', { activationLimitC: undefined }],
    ['its vendor states no loss', { coolingKPerH: undefined }],
    ['it is a room', { zone: 'room' as const }],
  ])('says nothing where %s', (_name, facts) => {
    expect(waterOf([tank('device 0', facts)])('device 0')).toBeUndefined();
  });
});
