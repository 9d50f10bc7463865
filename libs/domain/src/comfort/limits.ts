/**
 * What people in the home must never feel. Temperatures in °C, differences in K, durations in ms.
 * Defaults and hard limits: see `comfort/defaults.ts` and `docs/rules.md`.
 */
export interface ComfortLimits {
  /** Room: never below / above. */
  readonly roomFloorC: number;
  readonly roomCeilingC: number;
  /** Room: largest distance from the customer's own setpoint. */
  readonly maxDeltaK: number;
  /** DHW: the tank never falls below it through our doing. */
  readonly dhwFloorC: number;
  readonly dhwCeilingC: number;
  /** Longest single action. */
  readonly maxActionMs: number;
  /** Longest continuous DHW heating (NOX: one hour). */
  readonly maxDhwHeatingMs: number;
  /** Shortest pause between two actions on a zone. */
  readonly restMs: number;
  readonly maxActionsPerDay: number;
}
