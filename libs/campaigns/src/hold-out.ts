import {
  hourMs,
  slotMeans,
  slotMs,
  type Direction,
  type Instant,
  type PowerSample,
  type Span,
} from '@warmshift/domain';

/** So long before the window both groups are compared, to scale one to the other. */
export const referenceMs = hourMs;

/** Steered devices held against those that were left alone. Power in W. */
export interface HoldOutComparison {
  readonly heldOutZones: number;
  readonly steeredZones: number;
  /**
   * Mean draw of a steered zone over that of a hold-out zone in the hour before the window; absent where one of both was not
   * measured or drew nothing: then zones are counted as alike.
   */
  readonly scale?: number | undefined;
  readonly slots: readonly {
    readonly startsAt: Instant;
    /** What the steered ones would have drawn, by the hold-out ones. Absent where either was not measured. */
    readonly expectedW?: number | undefined;
    readonly steeredW?: number | undefined;
    readonly deliveredW?: number | undefined;
  }[];
}

type Group = readonly (readonly PowerSample[])[];

/** Pure; absent without a zone in either group. Only zones with readings in a slot count in it. */
export function compareHoldOut(
  window: Span,
  direction: Direction,
  heldOut: Group,
  steered: Group,
): HoldOutComparison | undefined {
  if (heldOut.length === 0 || steered.length === 0) return undefined;
  const before = { startsAt: window.startsAt - referenceMs, endsAt: window.startsAt };
  const heldOutBeforeW = meanOf(meansPerZone(heldOut, before).flat());
  const steeredBeforeW = meanOf(meansPerZone(steered, before).flat());
  const scale =
    heldOutBeforeW !== undefined && heldOutBeforeW > 0 && steeredBeforeW !== undefined
      ? steeredBeforeW / heldOutBeforeW
      : undefined;
  const heldOutMeans = meansPerZone(heldOut, window);
  const steeredMeans = meansPerZone(steered, window);
  const count = Math.round((window.endsAt - window.startsAt) / slotMs);
  const slots = Array.from({ length: count }, (_, slot) => {
    const startsAt = window.startsAt + slot * slotMs;
    const aloneW = meanOf(heldOutMeans.map((means) => means[slot]));
    const seen = steeredMeans.map((means) => means[slot]).filter((meanW) => meanW !== undefined);
    if (aloneW === undefined || seen.length === 0) return { startsAt };
    const expectedW = aloneW * (scale ?? 1) * seen.length;
    const steeredW = seen.reduce((sum, meanW) => sum + meanW, 0);
    const savedW = expectedW - steeredW;
    return { startsAt, expectedW, steeredW, deliveredW: direction === 'decrease' ? savedW : -savedW };
  });
  return { heldOutZones: heldOut.length, steeredZones: steered.length, scale, slots };
}

function meansPerZone(group: Group, window: Span): (number | undefined)[][] {
  return group.map((samples) => slotMeans(samples, window).map(({ meanW }) => meanW));
}

function meanOf(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0) / known.length;
}
