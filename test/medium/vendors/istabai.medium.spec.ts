import { closeVendorHttp } from '@warmshift/vendors/kit';
import { istabai } from '@warmshift/vendors/istabai';
import { conformance } from '../../../libs/vendors/contract/testing/conformance';
import type { ConformanceFault } from '../../../libs/vendors/contract/testing/conformance-harness';
import { sandboxHarness } from './sandbox-double';

/** What this cloud has no place for. */
const without: readonly ConformanceFault[] = [
  'malformed-reading',
  'paging-without-cursor',
  'paging-repeats',
  'vanishing-device',
  'token-wants-basic',
];

conformance(
  istabai,
  sandboxHarness({
    vendor: 'istabai',
    size: ['--istabai', '12'],
    wrong: { password: 'not-the-password' },
    supports: (fault) => !without.includes(fault),
  }),
);

afterAll(() => closeVendorHttp());
