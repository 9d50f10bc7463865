import type { Instant, Span } from '../fleet';
import type { DisinfectionHold } from './profiles';

/** What is known of one tank's disinfection. Derived from the vendor's `legionella_config` and our ledger. */
export interface LegionellaFacts {
  /** Longest allowed time between the ends of two completed runs. */
  readonly intervalMs: number;
  /** How long a run takes, heating up included. */
  readonly runDurationMs: number;
  /** Kept free before the due instant, beside the run's duration. */
  readonly marginMs: number;
  readonly lastCompletedAt?: Instant | undefined;
  /** When the device came into the fleet: without history the first run is due one interval later. */
  readonly enrolledAt: Instant;
  readonly runningSince?: Instant | undefined;
  /**
   * Completed runs of the last weeks, from first to last hot reading, whoever made them. Machines keep their own timetable: what ran at this time one
   * interval ago will run at this time again, also when a heat-up in between was credited.
   */
  readonly recentRuns?: readonly Span[] | undefined;
  /** A run that is arranged and not yet done, and has an action behind it that carries it out. */
  readonly planned?: Span | undefined;
  /** What the tank must hold, any one of them, hold times filled in. Absent: no run of ours can be judged, so none is made. */
  readonly holds?: readonly DisinfectionHold[] | undefined;
}
