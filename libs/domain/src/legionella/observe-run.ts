import { minuteMs, type Instant } from '../fleet';
import { defaultHoldMs, type LegionellaProfile } from './profiles';

/** What is remembered of a tank between readings. Plain JSON. */
export interface RunObserver {
  readonly lastAt?: Instant | undefined;
  /** Per hold of the profile: since when the tank has been at its temperature; null when it is not. */
  readonly hotSince: readonly (Instant | null)[];
}

export interface TankSample {
  readonly at: Instant;
  readonly temperatureC?: number | undefined;
}

export interface CompletedRun {
  /** First reading of this heat-up at the lowest temperature of the profile. */
  readonly startedAt: Instant;
  readonly completedAt: Instant;
  readonly profileId: string;
}

export interface RunObservation {
  readonly state: RunObserver;
  /** Hot, and not for long enough yet. */
  readonly runningSince?: Instant | undefined;
  /**
   * Set while the tank is hot for long enough: the same `startedAt` with a later `completedAt` as long as it stays so,
   * so that a tank that is always stored hot is never due.
   */
  readonly completed?: CompletedRun | undefined;
}

/** Over a longer gap nobody knows that the tank stayed hot: the hold begins anew. */
export const maxHoldGapMs = 30 * minuteMs;

/**
 * Takes one reading of a tank's temperature. A run is complete when the tank held one of the profile's temperatures for its
 * time, whoever heated it. Counted from the first to the last hot reading, so always a little less than it was. A reading without temperature,
 * or not newer than the last one, changes nothing. A single colder reading ends the hold.
 */
export function observeRun(
  previous: RunObserver | undefined,
  sample: TankSample,
  profile: LegionellaProfile,
): RunObservation {
  const { at, temperatureC } = sample;
  const usable = temperatureC !== undefined && Number.isFinite(temperatureC);
  if (!usable || (previous?.lastAt !== undefined && at <= previous.lastAt)) {
    return observation(previous ?? { hotSince: profile.holds.map(() => null) }, profile);
  }
  const broken = previous?.lastAt !== undefined && at - previous.lastAt > maxHoldGapMs;
  const hotSince = profile.holds.map((hold, index) => {
    if (temperatureC < hold.temperatureC) return null;
    return (broken ? null : previous?.hotSince[index]) ?? at;
  });
  return observation({ lastAt: at, hotSince }, profile);
}

function observation(state: RunObserver, profile: LegionellaProfile): RunObservation {
  const since = state.hotSince.filter((at) => at !== null);
  if (since.length === 0 || state.lastAt === undefined) return { state };
  const startedAt = Math.min(...since);
  const complete = profile.holds.some((hold, index) => {
    const hotSince = state.hotSince[index] ?? null;
    return hotSince !== null && (state.lastAt ?? hotSince) - hotSince >= (hold.holdMs ?? defaultHoldMs);
  });
  if (!complete) return { state, runningSince: startedAt };
  return { state, completed: { startedAt, completedAt: state.lastAt, profileId: profile.id } };
}
