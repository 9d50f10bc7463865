import { hourMs, minuteMs } from '@warmshift/domain';
import type { VendorManifest } from '@warmshift/vendors/contract';

/** The document states no limits: pacing and cadence are ours, chosen to be polite. */
export const manifest: VendorManifest = {
  vendor: 'heatingcontrol',
  title: 'HeatingControl',
  tier: 'bronze',
  document: 'HeatingControl External API, draft of 2026-03-25',
  auth: 'oauth2-client-credentials',
  steers: ['decrease', 'increase'],
  zones: ['room'],
  reads: 'per-device',
  power: 'reported',
  selfExpiring: false,
  cadence: {
    discoverMs: 15 * minuteMs,
    readIdleMs: 5 * minuteMs,
    readActiveMs: minuteMs,
    staleAfterMs: 15 * minuteMs,
  },
  pacing: { requestsPerSecond: 2, burst: 5, concurrency: 4, restoreShare: 0.25 },
  steering: { leadMs: 0, readBackAfterMs: 5_000, readBackUntilMs: 2 * minuteMs, requestsPerAction: 8 },
  caveats: [
    'The API is a draft: breaking changes may come until its first release (document, "DRAFT status").',
    'There is no bulk read: 1,000 heaters every 5 minutes are 3.3 requests a second. Ask for a quota before connecting more.',
    'No request limits are published; 2 requests a second per connection is our own choice.',
    'No command ends by itself at the vendor: giving back is up to us.',
    "Power is the word of the vendor's cloud, not of a meter.",
    'The document does not say whether `off` keeps frost protection. We assume that it does not, and use it only where `allowOff` is set.',
    'Hot water, legionella and cycle limits are not exposed.',
  ],
};

/** How long a device's command specification is remembered. */
export const commandSpecLifeMs = 24 * hourMs;
