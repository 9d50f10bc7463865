import { VendorAuthExpired, VendorError, VendorRateLimited } from '../src';
import type { Listing } from '../src';
import type { ConformanceBench, Connected } from './conformance-bench';
import { readAll, refOf, sorted, vendorErrorOf } from './conformance-bench';
import type { ConformanceFault } from './conformance-harness';
import { conformanceFaults } from './conformance-harness';
import { expectNoneLost, expectTrueReadings } from './conformance-rules';

/** What a listing must come to: `works` as if nothing was, `incomplete` (or a typed error), `fails` with a typed error. */
const listingUnder: Readonly<Partial<Record<ConformanceFault, 'works' | 'incomplete' | 'fails'>>> = {
  'http-500': 'fails',
  'rate-limited': 'fails',
  slow: 'works',
  'connection-reset': 'fails',
  'expired-credentials': 'fails',
  'revoked-sessions': 'works',
  'offline-devices': 'works',
  'malformed-device': 'incomplete',
  'malformed-reading': 'works',
  'paging-without-cursor': 'incomplete',
  'paging-repeats': 'incomplete',
  'vanishing-device': 'incomplete',
  'html-content-type': 'works',
  'html-body': 'fails',
  'token-wants-basic': 'works',
  'unknown-words': 'works',
};

/** One request may be tried so often by the kit, and a renewed token asks once more. */
const triesPerRequest = 3;
const extraRequests = 4;

/** Reading side: one fault at a time, then all of them by chance. */
export function faultRules(bench: ConformanceBench): void {
  for (const fault of conformanceFaults) {
    const owed = listingUnder[fault];
    if (owed === undefined || !bench.harness.supports(fault)) continue;
    it(`${fault}: no device lost or doubled, no wrong fact, requests bounded`, async () => {
      const connection = await bench.connected();
      const healthy = connection.context.taken.length;
      const devices = connection.listing.devices.map(refOf);
      await bench.double.switchOn(fault);
      const before = await bench.double.requests();
      await expectListing(bench, connection, fault, owed);
      const asked = (await bench.double.requests()) - before;
      expect(asked).toBeLessThanOrEqual(healthy * triesPerRequest + extraRequests);

      const results = await readAll(connection, devices);
      expect(sorted(results.map(({ device }) => device.vendorDeviceId))).toEqual(
        sorted(devices.map(({ vendorDeviceId }) => vendorDeviceId)),
      );
      const truth = await bench.double.devices();
      for (const result of results) {
        if ('error' in result) expect(result.error).toBeInstanceOf(VendorError);
        expectTrueReadings(bench, result, truth);
      }
      expectTold(
        fault,
        connection,
        results.flatMap((result) => ('error' in result ? [result.error] : [])),
      );
    });
  }

  it('is well again once the fault is over', async () => {
    const connection = bench.connect();
    for (const fault of ['http-500', 'connection-reset', 'html-body'] as const) {
      if (!bench.harness.supports(fault)) continue;
      await bench.double.switchOn(fault);
      await vendorErrorOf(connection.adapter.list());
      await bench.double.reset();
    }
    const { complete, problems } = await connection.adapter.list();
    expect({ complete, problems }).toEqual({ complete: true, problems: [] });
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'survives answers with fields of the wrong type (seed %i)',
    async (seed) => {
      if (!bench.harness.supports('malformed-fields')) return;
      const connection = await bench.connected();
      await bench.double.switchOn('malformed-fields', { share: 0.04, seed });
      const listing = await listingOrNothing(connection);
      const truth = await bench.double.devices();
      if (listing !== undefined) expectNoneLost(listing, truth);
      const devices = connection.listing.devices.map(refOf);
      const results = await readAll(connection, devices);
      expect(results).toHaveLength(devices.length);
      for (const result of results) {
        if ('error' in result) expect(result.error).toBeInstanceOf(VendorError);
        expectTrueReadings(bench, result, truth);
      }
    },
  );

  it('never loses or doubles a device and never tells a wrong fact when everything fails by chance', async () => {
    const connection = await bench.connected();
    const devices = connection.listing.devices.map(refOf);
    for (let seed = 1; seed <= chanceRounds; seed += 1) {
      for (const fault of byChance) {
        if (bench.harness.supports(fault)) await bench.double.switchOn(fault, { share: 0.15, seed });
      }
      const listing = await listingOrNothing(connection);
      const truth = await bench.double.devices();
      if (listing !== undefined) expectNoneLost(listing, truth);
      const results = await readAll(connection, devices);
      expect(results).toHaveLength(devices.length);
      for (const result of results) {
        if ('error' in result) expect(result.error).toBeInstanceOf(VendorError);
        expectTrueReadings(bench, result, truth);
      }
      await bench.double.reset();
      await bench.double.advance(2 * 60_000);
    }
  });
}

const chanceRounds = 8;
const byChance: readonly ConformanceFault[] = [
  'http-500',
  'rate-limited',
  'connection-reset',
  'revoked-sessions',
  'offline-devices',
  'malformed-device',
  'html-body',
  'unknown-words',
];

async function expectListing(
  bench: ConformanceBench,
  connection: Connected,
  fault: ConformanceFault,
  owed: 'works' | 'incomplete' | 'fails',
): Promise<void> {
  const listing = await listingOrNothing(connection);
  const truth = await bench.double.devices();
  if (listing !== undefined) expectNoneLost(listing, truth);
  if (owed === 'works') expect(listing?.complete).toBe(true);
  else expect(listing?.complete ?? false).toBe(false);
  if (owed === 'fails' && fault === 'expired-credentials') {
    expect(await vendorErrorOf(connection.adapter.list())).toBeInstanceOf(VendorAuthExpired);
  }
  if (fault === 'malformed-device') expect(listing?.problems.length ?? 1).toBeGreaterThan(0);
}

/** The pacer hears of a 429, and credentials that ended say so to a person. */
function expectTold(fault: ConformanceFault, { context }: Connected, errors: readonly Error[]): void {
  if (fault === 'rate-limited') {
    expect(context.backedOffMs).toContain(5_000);
    if (errors.length > 0) expect(errors.some((error) => error instanceof VendorRateLimited)).toBe(true);
  }
  if (fault === 'expired-credentials' && errors.length > 0) {
    expect(errors.every((error) => error instanceof VendorAuthExpired)).toBe(true);
  }
}

/** `undefined`: a typed error instead. */
async function listingOrNothing({ adapter }: Connected): Promise<Listing | undefined> {
  try {
    return await adapter.list();
  } catch (error) {
    if (error instanceof VendorError) return undefined;
    throw error;
  }
}
