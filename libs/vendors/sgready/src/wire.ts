import { booleanish, idish, maybe, numberish } from '@warmshift/vendors/kit';
import { z } from 'zod';

/**
 * What INTERFACE.md prints, read with tolerance: unknown fields are ignored, and a field that is missing, null or of another
 * type makes no statement. Only what nothing can be done without is required.
 */

const text = maybe(z.string().min(1));
const flag = maybe(booleanish);
const mode = numberish.pipe(z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]));
const watts = maybe(numberish.pipe(z.number().min(0).max(1_000_000)));
/** Outside of it, it is a broken sensor and not a room or a tank. */
const celsius = maybe(numberish.pipe(z.number().min(-40).max(99)));
const instant = z.iso.datetime({ offset: true }).transform((stamp) => Date.parse(stamp));

export const overrideSchema = z.object({ mode, until: instant });

export const stateSchema = z.object({
  updated_at: instant,
  online: flag,
  fault: flag,
  sg_ready: maybe(mode),
  local_sg_ready: maybe(mode),
  /** `null`: there is none. Anything else that is no override: no statement. */
  override: maybe(z.union([z.null(), overrideSchema])),
  user_changed_at: maybe(instant),
  power: watts,
  running: flag,
  room_temperature: celsius,
  room_setpoint: celsius,
  raised_room_setpoint: celsius,
  tank_temperature: celsius,
  disinfecting: flag,
});

export const deviceSchema = z.object({
  id: idish,
  name: text,
  brand: text,
  model: text,
  site: maybe(
    z.object({ id: idish, name: text, time_zone: text, country: maybe(z.string().regex(/^[A-Z]{2}$/)) }),
  ),
  rated_power: watts,
  steering_allowed: flag,
  /** Parsed apart: a device whose state cannot be used is still a device. */
  state: z.unknown().optional(),
});

/** The entries of `devices` are parsed one by one. */
export const listSchema = z.object({
  controller: text,
  total: maybe(numberish),
  devices: z.array(z.unknown()),
});

export const errorSchema = z.object({ error: z.object({ code: text, message: text }) });

export type SgReadyMode = z.output<typeof mode>;
export type WireOverride = z.output<typeof overrideSchema>;
export type WireState = z.output<typeof stateSchema>;
export type WireDevice = z.output<typeof deviceSchema>;
