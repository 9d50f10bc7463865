import { closeVendorHttp } from '@warmshift/vendors/kit';
import { microclimates } from '@warmshift/vendors/microclimates';
import { conformance } from '../../../libs/vendors/contract/testing/conformance';
import type { ConformanceFault } from '../../../libs/vendors/contract/testing/conformance-harness';
import { sandboxHarness } from './sandbox-double';

/** What this cloud has no place for. */
const without: readonly ConformanceFault[] = [
  'malformed-reading',
  'revoked-sessions',
  'paging-without-cursor',
  'paging-repeats',
  'vanishing-device',
  'html-content-type',
  'token-wants-basic',
  'empty-reply',
];

conformance(
  microclimates,
  sandboxHarness({
    vendor: 'microclimates',
    size: ['--microclimates', '7'],
    wrong: { apiToken: '00000000-0000-4000-8000-000000000000' },
    supports: (fault) => !without.includes(fault),
  }),
);

afterAll(() => closeVendorHttp());
