import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { queryInteger, queryText } from '../http/query';
import { nextToken, orNothing } from './nox-query';

const deviceId = z.uuid('is not an id');

export class SettingsQuery extends createZodDto(
  z.object({
    device_id: orNothing(queryText()).meta({ type: 'string', description: 'Only this device.' }),
    user_id: orNothing(queryText()).meta({
      type: 'string',
      description: 'Only devices of this user of the vendor.',
    }),
    limit: queryInteger(1, 4000)
      .default(1000)
      .meta({ description: 'Devices per page, at most 4000. Not part of the NOX document.' }),
    next_token: nextToken,
  }),
) {}

const room = z.object({
  temperature_lower_bound: z
    .number()
    .optional()
    .meta({ description: "K below the customer's setpoint that the room may be moved." }),
  temperature_upper_bound: z
    .number()
    .optional()
    .meta({ description: "K above the customer's setpoint. We keep one distance for both." }),
  preferred_temperature: z
    .number()
    .optional()
    .meta({ description: "The customer's setpoint, °C. Only read." }),
});
const dhw = z.object({
  temperature_lower_bound: z.number().optional().meta({ description: '°C of the tank.' }),
  temperature_upper_bound: z.number().optional().meta({ description: '°C of the tank.' }),
});
const optimization = z.object({
  flex_trading: z.boolean().meta({ description: "The supplier's own switch: whether we steer the device." }),
});

/** What a change says of whom. Parts that nobody names are refused with their names, not ignored. */
const change = z.object({
  user_id: z
    .string()
    .min(1)
    .max(200)
    .nullable()
    .optional()
    .meta({ description: "The vendor's user id. Without a device: all devices of the user." }),
  device_id: deviceId.nullable().optional(),
  room: room.loose().optional(),
  dhw: dhw.loose().optional(),
});

export class SettingsBody extends createZodDto(
  change.extend({ optimization_settings: optimization.partial().loose().optional() }).loose(),
) {}

/** The body of NOX's older way, which says the switch in other words. */
export class OldSettingsBody extends createZodDto(
  change.extend({ steering_enabled: z.object({ heat_pump: z.boolean() }).optional() }).loose(),
) {}

export class OldSettingsAnswer extends createZodDto(
  z.object({
    status: z.literal('success'),
    message: z.string(),
    meta: z.object({ energy_supplier: z.string() }),
  }),
) {}

export class SettingsAnswer extends createZodDto(
  z.object({
    data: z.array(
      z.object({
        device_id: z.uuid(),
        room: room.optional(),
        dhw: dhw.optional(),
        optimization_settings: optimization,
        updated_at: z
          .string()
          .meta({ description: 'UTC, with its offset: when something of it was last set.' }),
      }),
    ),
    meta: z.object({
      energy_supplier: z.string(),
      next_token: z.string().nullable().meta({ description: 'Not part of the NOX document.' }),
    }),
  }),
) {}
