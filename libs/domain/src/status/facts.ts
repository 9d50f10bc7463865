import type { Direction, Instant, Span } from '../fleet';
import type { ComfortLimits } from '../comfort/limits';
import type { CompressorLimits } from '../cycles/limits';
import type { LegionellaFacts } from '../legionella/facts';
import type { ZoneKind } from '../fleet';

/**
 * Everything `assess()` needs to know of one zone at one instant. An absent fact means that nobody said
 * anything about it, which is never the same as `false` or 0.
 */
export interface ZoneFacts {
  readonly zone: ZoneKind;
  /** IANA zone of the site, else of its country, else UTC: resolved before it comes here. */
  readonly timeZone: string;

  /** An emergency stop holds the supplier, the connection or the device. */
  readonly held: boolean;
  /** The supplier's own switch for this device, and the vendor's, where it has one. */
  readonly steeringEnabled: boolean;
  readonly customerOptOut: boolean;
  /** The vendor's API can steer this kind of device at all. */
  readonly vendorControl: boolean;
  /** The vendor can, but the role of our credentials is below the one that may. */
  readonly roleTooLow: boolean;
  readonly needsReauthentication: boolean;
  readonly online?: boolean | undefined;
  /** Of the last successful reading. */
  readonly measuredAt?: Instant | undefined;
  /** Age from which a reading no longer counts. */
  readonly staleAfterMs: number;
  readonly faulty?: boolean | undefined;
  readonly readOnly?: boolean | undefined;
  /** The vendor's own word on this zone, with its text. */
  readonly vendorSteerable?: boolean | undefined;
  readonly vendorReason?: string | undefined;
  readonly learningPeriodEnded?: boolean | undefined;
  /** An action that holds this zone now (DISPATCHING up to RESTORING). Never the one being asked for. */
  readonly activeAction?:
    { readonly actionId: string; readonly direction: Direction; readonly endsAt: Instant } | undefined;
  /** Until when we keep hands off after the customer changed something. */
  readonly overrideQuietUntil?: Instant | undefined;
  /** A mode whose settings cannot be given back exactly (boost, holiday, …). */
  readonly transientMode?: string | undefined;

  /** Only for tanks, and for every tank: without it a decrease of the tank is refused. */
  readonly legionella?: LegionellaFacts | undefined;
  /** Only for devices with a compressor or a counted element. */
  readonly cycles?: CycleFacts | undefined;
  readonly compressor?: CompressorFacts | undefined;

  readonly comfort: ComfortLimits;
  readonly temperatureC?: number | undefined;
  readonly setpointC?: number | undefined;
  /** The vendor's limits and grid for the setpoint. */
  readonly minC?: number | undefined;
  readonly maxC?: number | undefined;
  readonly stepC?: number | undefined;
  /** The zone draws power for heat now. */
  readonly heating?: boolean | undefined;
  /** K per hour the zone loses without heating; absent: `defaultCoolingKPerH`. */
  readonly coolingKPerH?: number | undefined;
  /** K per hour the zone gains while it heats, at its present temperature; absent: nobody says. */
  readonly gainKPerH?: number | undefined;
  /** Tanks: the temperature above which heating cannot be triggered (NOX `tank_activation_limit_temp`). */
  readonly activationLimitC?: number | undefined;

  /** When the last action on this zone ended, whatever its outcome, if it was ever sent. */
  readonly lastActionEndedAt?: Instant | undefined;
  /** Sent actions of the local day of the asked instant. */
  readonly actionsToday: number;
  /** The stretches around the asked instant in which this site wants no steering. */
  readonly quietHours: readonly Span[];
}

/** The ledger of one device for the local day of the asked instant. */
export interface CycleFacts {
  /** Absent: nobody stated a limit. 0: no start is allowed. */
  readonly maxPerDay?: number | undefined;
  readonly observedToday: number;
  /** Starts that accepted actions will cause; `Intent.cyclesReserved` of them are those of the action being asked for. */
  readonly reservedToday: number;
  /** Starts assumed for the hours of the day before the device came into the fleet; 0 on every later day. */
  readonly unseenToday: number;
  /** Starts the device will most likely want for itself in the rest of the day. */
  readonly ownNeedsReserve: number;
}

export interface CompressorFacts {
  readonly limits: CompressorLimits;
  readonly running?: boolean | undefined;
  /** Since when it runs or stands still, as `running` says. */
  readonly since?: Instant | undefined;
  readonly startsLastHour: number;
}

/** What an action is for. A disinfection is an increase of a tank that is its legionella run. */
export const actionPurposes = ['campaign', 'disinfection'] as const;
export type ActionPurpose = (typeof actionPurposes)[number];

/** What an action would do; absent when only the general status is asked for. */
export interface Intent {
  readonly direction: Direction;
  /** Absent: a campaign's. */
  readonly purpose?: ActionPurpose | undefined;
  readonly span: Span;
  /** Cycles already reserved for it, so that the dispatcher does not count them twice. */
  readonly cyclesReserved?: number | undefined;
}
