import { observe, type ZoneState } from './observe';

const zone = {
  zoneId: 'zone',
  deviceId: 'device',
  vendorDeviceId: 'device',
  deviceKind: 'heat_pump',
  kind: 'room',
} as const;
const before = (changes: Partial<ZoneState>): ZoneState => ({
  zoneId: 'zone',
  measuredAt: null,
  heating: null,
  heatingSince: null,
  maxPowerW: 2_000,
  temperatureC: null,
  coolingKPerH: null,
  siteTimeZone: 'Europe/Brussels',
  country: null,
  legionellaDurationMinutes: null,
  runObserver: null,
  otherZoneHeating: false,
  ...changes,
});
const minuteMs = 60_000;

describe('the day of a start', () => {
  it.each([
    ['Europe/Brussels', '2026-03-28T22:59Z', '2026-03-28'],
    ['Europe/Brussels', '2026-03-28T23:00Z', '2026-03-29'],
    ['Europe/Brussels', '2026-03-29T21:59Z', '2026-03-29'],
    ['Europe/Brussels', '2026-03-29T22:00Z', '2026-03-30'],
    ['Europe/Brussels', '2026-10-24T22:00Z', '2026-10-25'],
    ['Europe/Brussels', '2026-10-25T22:59Z', '2026-10-25'],
    ['Europe/Brussels', '2026-10-25T23:00Z', '2026-10-26'],
    ['America/New_York', '2026-03-08T04:59Z', '2026-03-07'],
    ['America/New_York', '2026-03-09T03:59Z', '2026-03-08'],
    ['America/New_York', '2026-03-09T04:00Z', '2026-03-09'],
    ['America/New_York', '2026-11-01T04:00Z', '2026-11-01'],
    ['America/New_York', '2026-11-02T04:59Z', '2026-11-01'],
    ['America/New_York', '2026-11-02T05:00Z', '2026-11-02'],
    ['Asia/Kolkata', '2026-03-29T18:29Z', '2026-03-29'],
    ['Asia/Kolkata', '2026-03-29T18:30Z', '2026-03-30'],
    ['Asia/Kolkata', '2026-10-25T18:30Z', '2026-10-26'],
  ])('in %s at %s is %s', (siteTimeZone, time, localDay) => {
    const measuredAt = Date.parse(time);
    const state = before({ siteTimeZone, measuredAt: measuredAt - minuteMs, heating: false });
    const { starts } = observe(
      { zone, reading: { measuredAt, powerW: 1_000, powerQuality: 'reported' } },
      state,
    );
    expect(starts).toEqual([{ startedAt: measuredAt, localDay }]);
  });
});

describe('observe, where no power is reported', () => {
  const at = Date.UTC(2026, 0, 15, 12, 15);
  const thermal = { measuredAt: at, powerQuality: 'missing', coolingKPerH: 0.4, gainKPerH: 0.8 } as const;
  const still = { measuredAt: at - 15 * minuteMs, temperatureC: 20, heating: false };

  it('infers a start from two temperatures, in the middle between them', () => {
    const seen = observe({ zone, reading: { ...thermal, temperatureC: 20.1 } }, before(still));
    expect(seen).toMatchObject({ heating: true, heatingSince: at - 7.5 * minuteMs });
    expect(seen.starts).toHaveLength(1);
  });

  it('counts none while the other zone keeps the compressor running', () => {
    const state = before({ ...still, otherZoneHeating: true });
    const seen = observe({ zone, reading: { ...thermal, temperatureC: 20.1 } }, state);
    expect(seen).toMatchObject({ heating: true, starts: [] });
  });

  it('keeps what it knew when the temperatures say nothing', () => {
    const seen = observe(
      { zone, reading: { ...thermal, gainKPerH: undefined, temperatureC: 20.1 } },
      before(still),
    );
    expect(seen).toMatchObject({ heating: false, starts: [] });
  });

  it('trusts reported power over temperatures', () => {
    const reading = { ...thermal, temperatureC: 20.1, powerW: 0, powerQuality: 'reported' } as const;
    expect(observe({ zone, reading }, before(still))).toMatchObject({ heating: false, starts: [] });
  });
});
