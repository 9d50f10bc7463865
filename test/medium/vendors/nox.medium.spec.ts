import { closeVendorHttp } from '@warmshift/vendors/kit';
import { nox } from '@warmshift/vendors/nox';
import { conformance } from '../../../libs/vendors/contract/testing/conformance';
import type { ConformanceFault } from '../../../libs/vendors/contract/testing/conformance-harness';
import { sandboxHarness } from './sandbox-double';

/** What this cloud has no place for. */
const without: readonly ConformanceFault[] = [
  'malformed-reading',
  'revoked-sessions',
  'paging-without-cursor',
  'vanishing-device',
  'html-content-type',
  'token-wants-basic',
];

conformance(
  nox,
  sandboxHarness({
    vendor: 'nox',
    size: ['--nox', '40'],
    wrong: { apiKey: 'not-the-key-of-this-supplier' },
    supports: (fault) => !without.includes(fault),
    takesNoLimit: true,
  }),
);

afterAll(() => closeVendorHttp());
