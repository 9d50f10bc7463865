import type { VendorManifest } from '@warmshift/vendors/contract';

/** Readings older than this no longer count: the sensors report every few minutes. */
export const staleAfterMs = 15 * 60_000;

export const manifest: VendorManifest = {
  vendor: 'istabai',
  title: 'Istabai',
  tier: 'bronze',
  document: 'Istabai heating API, version 2 (istabai.com/api)',
  auth: 'login-session',
  steers: ['decrease', 'increase'],
  zones: ['room'],
  reads: 'per-site',
  power: 'estimated',
  selfExpiring: false,
  cadence: {
    discoverMs: 30 * 60_000,
    readIdleMs: 5 * 60_000,
    readActiveMs: 60_000,
    staleAfterMs,
  },
  pacing: { requestsPerSecond: 1, burst: 2, concurrency: 1, restoreShare: 0.2 },
  steering: { leadMs: 0, readBackAfterMs: 5_000, readBackUntilMs: 120_000, requestsPerAction: 9 },
  caveats: [
    'No power is reported. It is estimated from the rating configured for a room; without one the room is imported but not steered, because its heat may come from gas (Istabai API v2: no power field, no heat source).',
    'Setpoints are kept per mode (DAY, NIGHT, ECO) and do not end by themselves; every mode that can come up in the window is written and given back one by one.',
    'Only the next mode switch is published, so a second switch within one window is not foreseen.',
    'A room in a mode other than DAY, NIGHT or ECO is not steered: those are the modes that rooms.set_temperature takes.',
    'A login may end another session of the same user (not documented): use a user of its own, invited to the homes.',
    'Rooms marked is_water (not documented) are imported but never steered: lowering a tank may let legionella grow.',
  ],
};
