import { minuteMs } from '@warmshift/domain';
import type { VendorManifest } from '@warmshift/vendors/contract';

export const manifest: VendorManifest = {
  vendor: 'microclimates',
  title: 'Microclimates',
  tier: 'bronze',
  document: 'Microclimates Climate Control API v2',
  auth: 'bearer-token',
  steers: [],
  zones: [],
  reads: 'per-device',
  power: 'none',
  selfExpiring: false,
  cadence: {
    discoverMs: 15 * minuteMs,
    readIdleMs: 15 * minuteMs,
    readActiveMs: 15 * minuteMs,
    staleAfterMs: 45 * minuteMs,
  },
  pacing: { requestsPerSecond: 1, burst: 5, concurrency: 4, restoreShare: 0 },
  caveats: [
    'The document has accounts, sites and invitations, but no devices, measurements or control: sites are shown and never steered.',
    'A site is asked through its own edge server; 502, 503 and 504 mean that this server is offline, not that the API is down.',
    'No request limits are published; 1 request a second per connection is our own choice.',
    'The document dates from 2018: whether the service is still offered is uncertain.',
  ],
};
