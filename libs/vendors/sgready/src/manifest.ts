import { hourMs, minuteMs } from '@warmshift/domain';
import type { VendorManifest } from '@warmshift/vendors/contract';

/** A lock lasts two hours at most (BWP, label "SG Ready", operating state 1). */
export const maxSpanMs = 2 * hourMs;

export const manifest: VendorManifest = {
  vendor: 'sgready',
  title: 'SG-Ready heat pumps (generic REST)',
  tier: 'bronze',
  document: 'A small REST interface for SG-Ready heat pumps (libs/vendors/sgready/INTERFACE.md)',
  auth: 'bearer-token',
  steers: ['decrease', 'increase'],
  zones: ['room'],
  reads: 'per-device',
  power: 'reported',
  selfExpiring: true,
  cadence: {
    discoverMs: 15 * minuteMs,
    readIdleMs: 5 * minuteMs,
    readActiveMs: minuteMs,
    staleAfterMs: 15 * minuteMs,
  },
  pacing: { requestsPerSecond: 5, burst: 10, concurrency: 4, restoreShare: 0.2 },
  steering: { leadMs: 0, readBackAfterMs: 5_000, readBackUntilMs: 2 * minuteMs, requestsPerAction: 8 },
  caveats: [
    'The interface is our own proposal (INTERFACE.md): somebody has to implement it in front of the heat pump.',
    'SG-Ready acts on the whole heat pump, tank included: a device is one zone, and a decrease locks its hot water too (BWP, label "SG Ready").',
    'A lock lasts two hours at most (BWP, label "SG Ready", state 1); longer actions are refused.',
    'State 3 is a recommendation: whether the heat pump starts is its own decision (BWP, label "SG Ready", state 3). State 4 is never used.',
    'Nothing holds a room while it is locked: a decrease is refused unless room and tank stay above their floors at the assumed cooling.',
  ],
};
