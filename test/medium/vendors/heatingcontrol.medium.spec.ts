import { closeVendorHttp } from '@warmshift/vendors/kit';
import { heatingcontrol } from '@warmshift/vendors/heatingcontrol';
import { conformance } from '../../../libs/vendors/contract/testing/conformance';
import type { ConformanceFault } from '../../../libs/vendors/contract/testing/conformance-harness';
import { sandboxHarness } from './sandbox-double';

/** What this cloud has no place for. */
const without: readonly ConformanceFault[] = ['malformed-reading', 'html-content-type'];

conformance(
  heatingcontrol,
  sandboxHarness({
    vendor: 'heatingcontrol',
    size: ['--heatingcontrol', '130'],
    wrong: { clientSecret: 'not-the-secret-of-this-client' },
    supports: (fault) => !without.includes(fault),
  }),
);

afterAll(() => closeVendorHttp());
