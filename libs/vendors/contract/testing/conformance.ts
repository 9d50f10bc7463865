import type { VendorModule } from '../src';
import { ConformanceBench } from './conformance-bench';
import { faultRules } from './conformance-faults';
import type { ConformanceHarness } from './conformance-harness';
import { listingRules, manifestRules, readingRules } from './conformance-rules';
import { steeringFaultRules } from './conformance-steering-faults';
import { steeringRules } from './conformance-steering';

/**
 * What every vendor owes, as one suite of jest tests. Call it once at the top level of a spec file:
 *
 *     conformance(myVendor, { start: () => startMyDouble() });
 *
 * Parts that a manifest does not claim (no `steering`, a direction less) are left out, faults that the double
 * cannot play too; everything else must hold. Needs a jest environment.
 */
export function conformance(module: VendorModule, harness: ConformanceHarness): void {
  describe(`${module.manifest.vendor} keeps the vendor contract`, () => {
    const bench = new ConformanceBench(module, harness);
    jest.setTimeout(harness.timeoutMs ?? 60_000);
    beforeAll(() => bench.start());
    beforeEach(() => bench.reset());
    afterAll(() => bench.stop());

    describe('manifest and credentials', () => manifestRules(bench));
    describe('listing', () => listingRules(bench));
    describe('reading', () => readingRules(bench));
    if (module.manifest.steering !== undefined) {
      describe('steering', () => steeringRules(bench));
    }
    describe('under a fault', () => faultRules(bench));
    if (module.manifest.steering !== undefined) {
      describe('steering under a fault', () => steeringFaultRules(bench));
    }
  });
}
