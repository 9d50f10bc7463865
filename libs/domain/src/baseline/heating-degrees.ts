/** Eurostat's heating degrees: `18 - T` at a mean outdoor temperature of 15 °C or less, else nothing is heated. */
export function heatingDegrees(outdoorC: number): number {
  return outdoorC <= 15 ? 18 - outdoorC : 0;
}

/** So much more or less than on another day the weather may make of a draw. */
const maxFactor = 2;

/**
 * What a draw seen at `thenC` would be at `nowC`, in proportion to the heating degrees, at most doubled. Absent where it was
 * too warm to learn from; unchanged where one of the temperatures is unknown.
 */
export function drawAtOutdoor(
  powerW: number,
  thenC: number | undefined,
  nowC: number | undefined,
): number | undefined {
  if (thenC === undefined || nowC === undefined) return powerW;
  const degrees = heatingDegrees(thenC);
  if (degrees === 0) return heatingDegrees(nowC) === 0 ? powerW : undefined;
  return powerW * Math.min(maxFactor, heatingDegrees(nowC) / degrees);
}
