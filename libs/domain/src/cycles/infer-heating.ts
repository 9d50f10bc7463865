import { hourMs, minuteMs, type Instant, type ZoneKind } from '../fleet';

/** One temperature of a zone, as the vendor's model or a sensor gave it. */
export interface TemperatureAt {
  readonly at: Instant;
  readonly temperatureC: number;
}

/** Two readings of one zone that follow each other, and what the vendor's thermal model says of the time between. */
export interface ThermalStretch {
  readonly zone: ZoneKind;
  readonly previous: TemperatureAt;
  readonly next: TemperatureAt;
  /** K per hour the zone loses without heating; positive. */
  readonly coolingKPerH?: number | undefined;
  /** K per hour that heating at its first level adds; the loss is not taken off it. */
  readonly gainKPerH?: number | undefined;
}

/** What two temperatures say about the time between them. Never better than `estimated`: nobody measured power. */
export type InferredHeating =
  | {
      readonly heating: boolean;
      /** Middle of the stretch: off by at most half of it. */
      readonly at: Instant;
      readonly quality: 'estimated';
    }
  | { readonly heating?: undefined; readonly at: Instant; readonly quality: 'missing' };

/** Two readings further apart than this (two quarters and some delay) say nothing: it may have gone on and off between. */
export const maxInferenceGapMs = 35 * minuteMs;
/** A tank that rises by more than this was heated: nothing else warms it. */
export const tankRiseK = 0.5;
/** Room temperatures that differ by less than this cannot be told apart (they come with two decimals). */
export const roomResolutionK = 0.02;

/**
 * Was the zone heated between two readings, where the vendor reports no power? Total; never throws.
 *
 * - Nothing is said over a gap longer than `maxInferenceGapMs`, or when `next` is not newer.
 * - Tank: a rise of more than 0.5 K means heating, no rise means none. In between nothing is said: rounding, or a heat-up that has just
 *   begun. A draw-off may hide a short heat-up; showers take what the element gives.
 * - Room: its change lies between natural drift (never heated) and drift plus gain (heated throughout). Above half-way
 *   it was heated for more than half of the time, which counts as heating; below it counts as none. Nothing is said where loss or
 *   gain is not stated, or where half the gain is too small to be told from rounding.
 */
export function inferHeating(stretch: ThermalStretch): InferredHeating {
  const { previous, next, zone } = stretch;
  const at = previous.at + (next.at - previous.at) / 2;
  const lastedMs = next.at - previous.at;
  const changeK = next.temperatureC - previous.temperatureC;
  const unknown: InferredHeating = { at, quality: 'missing' };
  if (!(lastedMs > 0) || lastedMs > maxInferenceGapMs || !Number.isFinite(changeK)) return unknown;
  const heating = zone === 'DHW' ? tankHeated(changeK) : roomHeated(changeK, lastedMs / hourMs, stretch);
  return heating === undefined ? unknown : { heating, at, quality: 'estimated' };
}

function tankHeated(changeK: number): boolean | undefined {
  if (changeK > tankRiseK) return true;
  return changeK <= 0 ? false : undefined;
}

function roomHeated(
  changeK: number,
  lastedH: number,
  { coolingKPerH, gainKPerH }: ThermalStretch,
): boolean | undefined {
  if (coolingKPerH === undefined || gainKPerH === undefined) return undefined;
  const gainK = gainKPerH * lastedH;
  if (!(gainK / 2 >= roomResolutionK) || !Number.isFinite(coolingKPerH)) return undefined;
  return changeK > gainK / 2 - coolingKPerH * lastedH;
}
