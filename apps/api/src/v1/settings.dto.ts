import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';

const deviceId = z.uuid('is not an id');

export class SettingsQuery extends createZodDto(z.object({ device_id: deviceId })) {}

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

export class SettingsBody extends createZodDto(
  z
    .object({
      device_id: deviceId,
      user_id: z.string().min(1).max(200).optional().meta({ description: "The vendor's user id, checked." }),
      room: room.loose().optional(),
      dhw: dhw.loose().optional(),
      optimization_settings: optimization.partial().loose().optional(),
    })
    .loose(),
) {}

export class SettingsAnswer extends createZodDto(
  z.object({
    data: z.array(
      z.object({
        device_id: z.uuid(),
        room: room.optional(),
        dhw: dhw.optional(),
        optimization_settings: optimization,
      }),
    ),
    meta: z.object({ energy_supplier: z.string() }),
  }),
) {}
