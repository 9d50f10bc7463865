import type { VendorManifest } from '@warmshift/vendors/contract';

/** Requests in flight; the document states no limit. */
export const concurrency = 8;

export const manifest: VendorManifest = {
  vendor: 'nox',
  title: 'NOX Energy',
  tier: 'bronze',
  document: 'NOX Energy API v1, Supplier Control (docs.nox.energy)',
  auth: 'api-key',
  steers: ['decrease', 'increase'],
  zones: ['DHW', 'room'],
  reads: 'per-device',
  power: 'none',
  selfExpiring: false,
  cadence: {
    discoverMs: 5 * 60_000,
    readIdleMs: 15 * 60_000,
    readActiveMs: 15 * 60_000,
    staleAfterMs: 45 * 60_000,
  },
  pacing: { requestsPerSecond: 20, burst: 40, concurrency, restoreShare: 0.2 },
  steering: {
    leadMs: 10 * 60_000,
    readBackAfterMs: 20_000,
    readBackUntilMs: 20 * 60_000,
    requestsPerAction: 8,
  },
  caveats: [
    'The body of the schedule call is not published. Ours is a proposal: against hosts that are not local, steering is off until the setting allowUnpublishedSchedule is on.',
    'No power is reported by the documented calls; what a device will draw follows from its thermal model (Get Thermal Control Current State). Hot-water draw-offs are not in it.',
    'A schedule has 96 quarters and is replaced as a whole; a new one starts at the next quarter hour, so taking back before the end can take up to 15 minutes (Submit Thermal Control Schedule).',
    'While a schedule exists NOX heats the tank by itself only below about 42 °C instead of about 50 °C, so a neutral schedule is sent after every action.',
    'Steering needs flex_trading to be on for the device, which switches the customer’s own optimisations off (Patch Devices Settings).',
    'DHW heating is at most one hour at a stretch: longer increases are cut to four quarters.',
  ],
};
