import { hourMs, minuteMs, slotMs, type ZoneFacts } from '@warmshift/domain';
import type { ZoneContext } from '@warmshift/steerable-status';
import { expectedDraws, type RecentSeries } from './expected-draws';

const now = Date.UTC(2026, 0, 14, 17);
/** Tomorrow at the same time: the course of the day and the present phase say nothing. */
const window = { startsAt: now + 23 * hourMs, endsAt: now + 23 * hourMs + 4 * slotMs };

const heater = (zoneId: string, facts: Partial<ZoneFacts> = {}) =>
  ({
    zoneId,
    deviceId: zoneId,
    vendor: 'heatingcontrol',
    deviceKind: 'heater',
    facts: { zone: 'room', timeZone: 'UTC', setpointC: 21, measuredAt: now, ...facts },
    power: { maxW: 1000, quality: 'reported' },
    taken: [],
  }) as unknown as ZoneContext;

/** Every five minutes of the last `hours` hours; on for `duty` of cycles of 40 minutes that begin at `phase` (0..1). */
function cycling(duty: number, phase: number, hours = 3): RecentSeries {
  const powers = [];
  for (let at = now - hours * hourMs; at <= now; at += 5 * minuteMs) {
    const inCycle = (at / (40 * minuteMs) + phase) % 1;
    powers.push({ at, powerW: inCycle < duty ? 1000 : 0, reported: true });
  }
  return { powers, temperatures: [] };
}

const fleet = Array.from({ length: 100 }, (_, n) => heater(`zone ${n}`));
const seriesOf = (duty: (n: number) => number, hours?: number) =>
  new Map(fleet.map(({ zoneId }, n) => [zoneId, cycling(duty(n), (n * 0.37) % 1, hours)]));
const none = new Map<string, number[]>();
const total = (draws: ReadonlyMap<string, { readonly meanW: number }>) =>
  [...draws.values()].reduce((sum, { meanW }) => sum + meanW, 0);

describe('expectedDraws', () => {
  it('expects of a fleet what it drew', () => {
    const draws = expectedDraws(
      fleet,
      seriesOf(() => 0.4),
      none,
      window,
      now,
    );
    expect(total(draws) / 100).toBeGreaterThan(370);
    expect(total(draws) / 100).toBeLessThan(430);
  });

  it('takes a zone that drew much in one hour for one of its kind, the more the less was seen of it', () => {
    const of = (hours: number) => {
      const draws = expectedDraws(
        fleet,
        seriesOf((n) => (n === 0 ? 0.8 : 0.4), hours),
        none,
        window,
        now,
      );
      return draws.get('zone 0')!.meanW;
    };
    expect(of(1)).toBeLessThan(of(3));
    expect(of(1)).toBeGreaterThan(410);
    expect(of(3)).toBeLessThan(700);
  });

  it('expects more of a room that is kept warmer than its peers', () => {
    const meansOf = (warmC: number, coolC: number) => {
      const rooms = fleet.map(({ zoneId }, n) => heater(zoneId, { setpointC: n % 2 === 0 ? coolC : warmC }));
      const draws = expectedDraws(
        rooms,
        seriesOf(() => 0.4),
        none,
        window,
        now,
      );
      return [...draws.values()].map(({ meanW }) => meanW);
    };
    const alike = meansOf(21, 21);
    meansOf(22, 20).forEach((meanW, n) => {
      if (n % 2 === 0) expect(meanW).toBeLessThan(alike[n]!);
      else expect(meanW).toBeGreaterThan(alike[n]!);
    });
  });

  it('puts right for all what rooms have in common', () => {
    const rising = new Map(
      [...seriesOf(() => 0.4)].map(([zoneId, { powers }], n) => {
        const later = cycling(0.6, (n * 0.37) % 1).powers.filter(({ at }) => at > now - 45 * minuteMs);
        const before = powers.filter(({ at }) => at <= now - 45 * minuteMs);
        return [zoneId, { powers: [...before, ...later], temperatures: [] }] as const;
      }),
    );
    const draws = expectedDraws(fleet, rising, none, window, now);
    const asBefore = expectedDraws(
      fleet,
      seriesOf(() => 0.4),
      none,
      window,
      now,
    );
    expect(total(draws)).toBeGreaterThan(total(asBefore) * 1.2);
  });

  it('lets three days of the same hour count instead', () => {
    const days = new Map([['zone 0', [700, 710, 690]]]);
    const draws = expectedDraws(
      fleet,
      seriesOf(() => 0.4),
      days,
      window,
      now,
    );
    expect(draws.get('zone 0')).toMatchObject({ source: 'same_hour' });
    expect(draws.get('zone 0')!.meanW).toBeGreaterThan(650);
  });

  it('follows the vendor’s forecast where it holds the whole window, and its model of now where it does not', () => {
    const pump = (zoneId: string) =>
      ({
        ...heater(zoneId),
        vendor: 'nox',
        power: { maxW: 1000, quality: 'missing', expectedW: 500 },
      }) as ZoneContext;
    const course = (startsAt: number) => ({
      powers: [],
      temperatures: [],
      course: { startsAt, powersW: [300, 400, 500, 600] },
    });
    const series = new Map([
      ['forecast', course(window.startsAt)],
      ['too late', course(window.startsAt + slotMs)],
      ['too early', course(window.startsAt - slotMs)],
    ]);
    const draws = expectedDraws([...series.keys()].map(pump), series, none, window, now);
    expect(draws.get('forecast')).toMatchObject({ source: 'vendor_forecast', meanW: 450 });
    expect([...draws.get('forecast')!.slotsW!]).toEqual([300, 400, 500, 600]);
    for (const zoneId of ['too late', 'too early'])
      expect(draws.get(zoneId)).toMatchObject({ source: 'vendor_model', meanW: 500 });
  });

  it('says something of a zone that nobody has read', () => {
    const draws = expectedDraws([heater('new')], new Map(), none, window, now);
    expect(draws.get('new')).toMatchObject({ source: 'rating', meanW: 300 });
  });
});
