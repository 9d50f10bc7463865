import type { DeviceReadResult, Listing, ZoneReading } from '../src';
import { manifestSchema, VendorAuthExpired } from '../src';
import type { ConformanceBench } from './conformance-bench';
import { idsOf, readAll, refOf, sorted, vendorErrorOf, visible } from './conformance-bench';
import type { TrueDevice } from './conformance-harness';

/** What a vendor says of itself holds; right credentials are taken, wrong ones refused with the vendor's words. */
export function manifestRules(bench: ConformanceBench): void {
  const { module } = bench;
  const { manifest } = module;

  it('has a valid manifest', () => {
    expect(manifestSchema.safeParse(manifest).error).toBeUndefined();
    expect(manifest.steering === undefined).toBe(manifest.steers.length === 0);
  });

  it('takes the credentials and names the account without a secret', async () => {
    const { adapter, context } = bench.connect();
    const { account } = await adapter.verifyCredentials();
    expect(account.trim()).not.toBe('');
    for (const secret of bench.secrets()) {
      expect(account).not.toContain(secret);
      expect(JSON.stringify(context.logged)).not.toContain(secret);
    }
  });

  it('refuses wrong credentials as VendorAuthExpired with the vendor’s words and without a secret', async () => {
    const { adapter, context } = bench.connect(bench.double.wrongCredentials);
    const error = await vendorErrorOf(adapter.verifyCredentials());
    expect(error).toBeInstanceOf(VendorAuthExpired);
    expect(error.words ?? '').not.toBe('');
    for (const secret of bench.secrets()) {
      expect(visible(error)).not.toContain(secret);
      expect(JSON.stringify(context.logged)).not.toContain(secret);
    }
  });

  it('keeps secrets out of what it remembers', async () => {
    const { context, adapter } = bench.connect();
    await adapter.list();
    const token = (await context.tokens.read())?.value;
    const remembered = JSON.stringify([...context.remembered]);
    for (const secret of [...bench.secrets(), ...(token === undefined ? [] : [token])]) {
      expect(remembered).not.toContain(secret);
      expect(JSON.stringify(context.logged)).not.toContain(secret);
    }
  });

  it('has steering where, and only where, its manifest claims it', () => {
    const { steering } = bench.connect().adapter;
    expect(steering !== undefined).toBe(manifest.steering !== undefined);
  });
}

/** A listing is the truth, whole, each device once, and the same when asked again. */
export function listingRules(bench: ConformanceBench): void {
  it('lists every device once, and says that it is complete', async () => {
    const { listing } = await bench.connected();
    expect(listing.problems).toEqual([]);
    expect(listing.complete).toBe(true);
    expect(idsOf(listing)).toEqual(sorted((await bench.double.devices()).map((d) => d.vendorDeviceId)));
  });

  it('lists the same when asked again', async () => {
    const { adapter, listing } = await bench.connected();
    const again = await adapter.list();
    expect(idsOf(again)).toEqual(idsOf(listing));
    expect(again.sites).toEqual(listing.sites);
    expect(again.devices.map(constantFacts)).toEqual(listing.devices.map(constantFacts));
  });

  it('lists the zones that the devices have, of the kinds that the manifest claims', async () => {
    const { listing } = await bench.connected();
    const truth = new Map((await bench.double.devices()).map((d) => [d.vendorDeviceId, d]));
    for (const device of listing.devices) {
      const kinds = sorted(device.zones.map(({ kind }) => kind));
      expect([device.vendorDeviceId, kinds]).toEqual([
        device.vendorDeviceId,
        sorted(truth.get(device.vendorDeviceId)?.zones ?? []),
      ]);
      for (const kind of kinds) expect(bench.module.manifest.zones).toContain(kind);
      if (device.vendorControl) expect(bench.module.manifest.steering).toBeDefined();
    }
  });

  it('lists sites that its devices belong to', async () => {
    const { listing } = await bench.connected();
    const sites = listing.sites.map(({ vendorSiteId }) => vendorSiteId);
    expect(new Set(sites).size).toBe(sites.length);
    for (const { vendorSiteId } of listing.devices) {
      if (vendorSiteId !== undefined) expect(sites).toContain(vendorSiteId);
    }
  });

  it('gives readings with the listing that hold', async () => {
    const { listing } = await bench.connected();
    const truth = await bench.double.devices();
    for (const device of listing.devices) {
      const zones = device.zones.flatMap(({ kind, reading }) => (reading ? [{ kind, reading }] : []));
      expectTrueReadings(bench, { device: refOf(device), zones }, truth);
    }
  });
}

/** One result per device; what is said is true, dated and in our units. */
export function readingRules(bench: ConformanceBench): void {
  it('gives one result for each device, in °C and W, measured and not dreamt', async () => {
    const connection = await bench.connected();
    const devices = connection.listing.devices.map(refOf);
    const results = await readAll(connection, devices);
    expect(sorted(results.map(({ device }) => device.vendorDeviceId))).toEqual(idsOf(connection.listing));
    const truth = await bench.double.devices();
    expect(results.filter((result) => 'error' in result)).toEqual([]);
    for (const result of results) expectTrueReadings(bench, result, truth);
  });

  it('says of power what the manifest claims', async () => {
    const connection = await bench.connected();
    const results = await readAll(connection, connection.listing.devices.map(refOf));
    const readings = results.flatMap((result) => ('zones' in result ? result.zones : []));
    const qualities = new Set(readings.map(({ reading }) => reading.powerQuality));
    const { power } = bench.module.manifest;
    if (power === 'none') expect(readings.every(({ reading }) => reading.powerW === undefined)).toBe(true);
    else expect(qualities).toContain(power);
    if (power !== 'reported') expect(qualities).not.toContain('reported');
  });

  it('reads nothing when asked for nothing', async () => {
    const connection = await bench.connected();
    const before = connection.context.taken.length;
    expect(await readAll(connection, [])).toEqual([]);
    expect(connection.context.taken).toHaveLength(before);
  });

  it('says NotFound of a device that does not exist, and reads the others', async () => {
    const connection = await bench.connected();
    const first =
      connection.listing.devices.find(({ zones }) => zones.length > 0) ?? connection.listing.devices[0];
    if (first === undefined) throw new Error('the double lists no device');
    const ghost = { ...refOf(first), vendorDeviceId: 'no-such-device' };
    const results = await readAll(connection, [ghost, refOf(first)]);
    const byId = new Map(results.map((result) => [result.device.vendorDeviceId, result]));
    expect(byId.size).toBe(2);
    expect(byId.get('no-such-device')).toMatchObject({ error: { name: 'VendorNotFound' } });
    expect(byId.get(first.vendorDeviceId)).toHaveProperty('zones');
  });
}

/** No reading may be wrong, whatever goes on at the vendor. */
export function expectTrueReadings(
  bench: ConformanceBench,
  result: DeviceReadResult,
  truth: readonly TrueDevice[],
): void {
  if ('error' in result) return;
  const real = truth.find(({ vendorDeviceId }) => vendorDeviceId === result.device.vendorDeviceId);
  expect(real).toBeDefined();
  const kinds = result.zones.map(({ kind }) => kind);
  expect(new Set(kinds).size).toBe(kinds.length);
  for (const { kind, reading } of result.zones) {
    expect(real?.zones).toContain(kind);
    expectPlausible(reading, bench.double.clock.now(), real);
    const trueC = real?.temperatureC?.[kind];
    if (trueC !== undefined && reading.temperatureC !== undefined) {
      expect(Math.abs(reading.temperatureC - trueC)).toBeLessThanOrEqual(toleranceK);
    }
  }
}

/** Between the vendor's sample and the truth a room or tank may have moved so far. */
const toleranceK = 6;

function expectPlausible(reading: ZoneReading, now: number, real: TrueDevice | undefined): void {
  expect(reading.measuredAt).toBeLessThanOrEqual(now);
  for (const value of [reading.temperatureC, reading.setpointC, reading.minC, reading.maxC]) {
    if (value !== undefined) expect(value > -40 && value < 100).toBe(true);
  }
  if (reading.minC !== undefined && reading.maxC !== undefined)
    expect(reading.minC).toBeLessThan(reading.maxC);
  expect(reading.powerW === undefined).toBe(reading.powerQuality === 'missing');
  for (const powerW of [reading.powerW, reading.maxPowerW, reading.expectedPowerW]) {
    if (powerW === undefined) continue;
    expect(powerW).toBeGreaterThanOrEqual(0);
    if (real?.ratedPowerW !== undefined) expect(powerW).toBeLessThanOrEqual(real.ratedPowerW * 1.1 + 1);
  }
  if (reading.chargeFraction !== undefined) {
    expect(reading.chargeFraction >= 0 && reading.chargeFraction <= 1).toBe(true);
  }
}

/** Never a device that is not there, never one twice; complete only when none is missing. */
export function expectNoneLost(listing: Listing, truth: readonly TrueDevice[]): void {
  const ids = idsOf(listing);
  const real = truth.map(({ vendorDeviceId }) => vendorDeviceId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(real).toContain(id);
  if (listing.complete) expect(ids).toEqual(sorted(real));
  else expect(listing.problems.length).toBeGreaterThan(0);
}

function constantFacts(device: Listing['devices'][number]): unknown {
  const { zones, online: _online, steerable: _steerable, ...facts } = device;
  return { ...facts, zones: zones.map(({ kind }) => kind) };
}
