/**
 * The words of the fleet. `docs/language.md` says what each means and what not to say instead.
 * Units: instants and durations in milliseconds, power in W (drawn is positive), energy in Wh, temperature in °C.
 */

/** Milliseconds since 1970-01-01T00:00:00Z. The domain never reads a clock: every instant is passed in. */
export type Instant = number;

/** A calendar day of a site, `YYYY-MM-DD`. */
export type LocalDay = string;

/** A steerable circuit of a device: domestic hot water, or a room. */
export type ZoneKind = 'DHW' | 'room';
export const zoneKinds = ['DHW', 'room'] as const satisfies readonly ZoneKind[];

/** `decrease`: draw less than without us. `increase`: draw more. */
export type Direction = 'decrease' | 'increase';
export const directions = ['decrease', 'increase'] as const satisfies readonly Direction[];

/** What a vendor lists. `site_gateway` and `gateway` are never steered. */
export type DeviceKind =
  'heat_pump' | 'heater' | 'storage_heater' | 'room_thermostat' | 'site_gateway' | 'gateway' | 'unknown';
export const deviceKinds = [
  'heat_pump',
  'heater',
  'storage_heater',
  'room_thermostat',
  'site_gateway',
  'gateway',
  'unknown',
] as const satisfies readonly DeviceKind[];

/** Where a number comes from. Savings are counted from `reported` and `estimated` only. */
export type Quality = 'reported' | 'estimated' | 'stale' | 'missing';
export const qualities = ['reported', 'estimated', 'stale', 'missing'] as const satisfies readonly Quality[];

/** A half-open stretch of time: `startsAt` belongs to it, `endsAt` does not. */
export interface Span {
  readonly startsAt: Instant;
  readonly endsAt: Instant;
}

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** The planning grid: 15 minutes, labelled by the start, UTC. */
export const slotMs = 15 * minuteMs;
