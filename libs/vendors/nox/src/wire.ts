import { booleanish, idish, maybe, numberish } from '@warmshift/vendors/kit';
import { z } from 'zod';

const word = z.string().min(1);
const positive = numberish.pipe(z.number().positive());
const celsius = numberish.pipe(z.number().min(-60).max(120));
/** kW electric per activation level; the number of levels is data. */
const powersKw = z.array(numberish.pipe(z.number().nonnegative())).min(1);
const levels = z.array(numberish).min(1);

/** What all answers share. `data` may be null. */
export const envelopeSchema = z.object({ data: z.unknown(), meta: maybe(z.record(z.string(), z.unknown())) });

const zoneStatusSchema = z.object({
  can_activate_action: booleanish,
  in_active_action: booleanish,
  reason: maybe(word),
});
export type WireZoneStatus = z.output<typeof zoneStatusSchema>;

/** A zone that is named but cannot be read is there, without a status. */
const zoneEntry = z
  .unknown()
  .optional()
  .transform((value): { status: WireZoneStatus | undefined } | undefined => {
    if (value === undefined || value === null) return undefined;
    const parsed = zoneStatusSchema.safeParse(value);
    return { status: parsed.success ? parsed.data : undefined };
  });

export const steerableStatusSchema = z.object({
  steering_enabled: maybe(booleanish),
  steerable: maybe(booleanish),
  learning_period_ended: maybe(booleanish),
  DHW: zoneEntry,
  room: zoneEntry,
});
export type WireSteerableStatus = z.output<typeof steerableStatusSchema>;

export const deviceSchema = z.object({
  device_id: idish,
  user_id: maybe(idish),
  brand: maybe(word),
  model: maybe(word),
  model_type: maybe(word),
  device_type: maybe(word),
  country: maybe(z.string().regex(/^[A-Za-z]{2}$/)),
  learning_period_ended: maybe(booleanish),
  needs_reauthentication: maybe(booleanish),
  legionella_config: maybe(
    z.object({
      frequency_per_weeks: positive,
      capacity: maybe(positive),
      duration_minutes: maybe(positive),
    }),
  ),
  cycle_config: maybe(z.object({ max_cycles_per_day: numberish.pipe(z.number().int().nonnegative()) })),
  steerable_status: maybe(steerableStatusSchema),
});
export type WireDevice = z.output<typeof deviceSchema>;

/** The answer of the projection `steerable_status=true`; its shape is not printed anywhere. */
export const projectionSchema = z.object({
  device_id: maybe(idish),
  steerable_status: maybe(steerableStatusSchema),
});

/** kW in kWh mode, °C per quarter in celsius mode; `P` and `space_temperature` are older names. */
const tankSchema = z.object({
  DHW_temperature: maybe(celsius),
  T_loss: maybe(numberish),
  T_gain: maybe(levels),
  Q_loss: maybe(numberish),
  Q_gain: maybe(levels),
  P_if_activated: maybe(powersKw),
  P: maybe(powersKw),
});
export type WireTank = z.output<typeof tankSchema>;

const houseSchema = z.object({
  Space_temperature: maybe(celsius),
  space_temperature: maybe(celsius),
  T_natural: maybe(numberish),
  T_heating: maybe(levels),
  Q_natural: maybe(numberish),
  Q_heating: maybe(levels),
  P_heating: maybe(powersKw),
});
export type WireHouse = z.output<typeof houseSchema>;

export const currentStateSchema = z.object({
  device_id: maybe(idish),
  timestamp: z.string(),
  tank: maybe(tankSchema),
  house: maybe(houseSchema),
});
export type WireCurrentState = z.output<typeof currentStateSchema>;

const boundsSchema = z.object({ upperbound_Z: maybe(celsius), lowerbound_X: maybe(celsius) });
export const forecastSlotSchema = z.object({
  timestamp: z.string(),
  tank: maybe(boundsSchema.extend({ tank_activation_limit_temp: maybe(celsius) })),
  house: maybe(
    houseSchema
      .pick({ T_natural: true, T_heating: true, Q_natural: true, Q_heating: true, P_heating: true })
      .extend(boundsSchema.shape),
  ),
});
export type WireForecastSlot = z.output<typeof forecastSlotSchema>;

export const forecastSchema = z.object({ device_id: maybe(idish), forecasts: z.array(z.unknown()) });

export const deviceSettingsSchema = z.object({
  device_id: idish,
  room: maybe(
    z.object({
      preferred_temperature: maybe(celsius),
      temperature_lower_bound: maybe(celsius),
      temperature_upper_bound: maybe(celsius),
      temperature_control_mode: maybe(word),
    }),
  ),
  dhw: maybe(z.object({ temperature_lower_bound: maybe(celsius), temperature_upper_bound: maybe(celsius) })),
});
export type WireDeviceSettings = z.output<typeof deviceSettingsSchema>;
