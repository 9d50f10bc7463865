import { z } from 'zod';

/**
 * What a vendor can do and how fast it may be asked, stated once per vendor and checked by the conformance
 * suite. Durations in ms of the injected clock.
 */
/** How far an integration can be trusted; each tier holds the ones before it. `quality.yaml` says what earns it. */
export const qualityTiers = ['bronze', 'silver', 'gold', 'platinum'] as const;

export const manifestSchema = z.strictObject({
  vendor: z.string().regex(/^[a-z][a-z0-9-]*$/),
  title: z.string(),
  /** The tier that the vendor's `quality.yaml` earns. */
  tier: z.enum(qualityTiers),
  /** Name of the vendor's document that the adapter follows. */
  document: z.string(),
  auth: z.enum(['oauth2-client-credentials', 'login-session', 'api-key', 'bearer-token']),
  /** Directions in which the vendor's documented API can steer; empty: none. */
  steers: z.array(z.enum(['decrease', 'increase'])),
  zones: z.array(z.enum(['DHW', 'room'])),
  /** How one vendor request relates to devices when reading. */
  reads: z.enum(['per-device', 'per-site', 'none']),
  power: z.enum(['reported', 'estimated', 'none']),
  /** A command ends by itself at the vendor, should we die. */
  selfExpiring: z.boolean(),
  cadence: z.strictObject({
    /** Full listing of sites and devices. */
    discoverMs: z.number().int().positive(),
    /** Reading of devices that are not in an action. */
    readIdleMs: z.number().int().positive(),
    /** Reading of devices in an action. */
    readActiveMs: z.number().int().positive(),
    /** Age from which a reading no longer counts. */
    staleAfterMs: z.number().int().positive(),
  }),
  pacing: z.strictObject({
    requestsPerSecond: z.number().positive(),
    burst: z.number().int().positive(),
    concurrency: z.number().int().positive(),
    /** Absent: no statement. */
    requestsPerDay: z.number().int().positive().optional(),
    /** Share of the daily quota (0..1) that only restores may use. */
    restoreShare: z.number().min(0).max(1),
  }),
  /** Absent for a vendor that cannot be steered. */
  steering: z
    .strictObject({
      /** The command may go out this long before the action starts, because the vendor keeps the time itself. */
      leadMs: z.number().int().nonnegative(),
      /** First read-back after the command took effect. */
      readBackAfterMs: z.number().int().positive(),
      /** When a command that no read-back shows counts as not applied. */
      readBackUntilMs: z.number().int().positive(),
      /** Vendor requests that one action costs, restore included. */
      requestsPerAction: z.number().int().positive(),
    })
    .optional(),
  /** Limits a user should know, each with its source. */
  caveats: z.array(z.string()),
});

export type VendorManifest = z.infer<typeof manifestSchema>;
