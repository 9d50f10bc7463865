import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { instantInput } from '../http/wire';

const unit = z.enum(['kWh', 'celsius']).default('kWh').meta({
  description: 'Unit of states and flows. Where the heat capacity is not known, only °C can be told.',
});
const deviceId = z.uuid('is not an id').meta({ description: 'Id of the device, ours.' });

export class CurrentStateQuery extends createZodDto(z.object({ device_id: deviceId, unit })) {}

export class ForecastQuery extends createZodDto(
  z.object({
    device_id: deviceId,
    unit,
    start_time: instantInput.optional().meta({ description: 'ISO 8601. Without it, now.' }),
    end_time: instantInput
      .optional()
      .meta({ description: 'ISO 8601, at most 72 hours later. Without it, 24 hours later.' }),
  }),
) {}

const levels = (description: string) => z.array(z.number()).optional().meta({ description });
const number = (description: string) => z.number().optional().meta({ description });

const tankState = z.object({
  DHW_temperature: number('°C.'),
  T_loss: number('°C per 15 minutes while nothing heats. Only with unit=celsius.'),
  T_gain: levels('°C per 15 minutes per activation level. Only with unit=celsius.'),
  P_if_activated: levels('kW per activation level; we know one.'),
});
const houseState = z.object({
  Space_temperature: number('°C. Only with unit=celsius.'),
  T_natural: number('Drift in °C per 15 minutes, negative while it loses heat. Only with unit=celsius.'),
  T_heating: levels('°C per 15 minutes per activation level. Only with unit=celsius.'),
  P_heating: levels('kW per activation level; we know one.'),
});

const meta = z.object({
  energy_supplier: z.string(),
  temperature_unit: z.literal('celsius'),
  power_unit: z.literal('kW'),
  timestamp_time_zone: z.literal('UTC'),
});

export class CurrentStateAnswer extends createZodDto(
  z.object({
    data: z.object({
      device_id: z.uuid(),
      timestamp: z
        .string()
        .optional()
        .meta({ description: 'UTC, of the oldest reading used. Absent before the first one.' }),
      tank: tankState.optional(),
      house: houseState.optional(),
    }),
    meta,
  }),
) {}

const bounds = {
  upperbound_Z: number('Highest temperature that the rules allow, °C. Only with unit=celsius.'),
  lowerbound_X: number('Lowest temperature that the rules allow, °C. Only with unit=celsius.'),
  P_expected: number('kW that it would draw without steering. Not part of the NOX document.'),
};

export const forecastSlotSchema = z.object({
  timestamp: z.string().meta({ description: 'Start of the 15 minutes, UTC.' }),
  tank: z
    .object({
      ...bounds,
      T_loss: tankState.shape.T_loss,
      T_gain: tankState.shape.T_gain,
      P_if_activated: tankState.shape.P_if_activated,
      tank_activation_limit_temp: number('°C below which heating of the tank can be started.'),
    })
    .optional(),
  house: z
    .object({
      ...bounds,
      Y_ideal: number("The customer's setpoint, °C. Only with unit=celsius."),
      T_natural: houseState.shape.T_natural,
      T_heating: houseState.shape.T_heating,
      P_heating: houseState.shape.P_heating,
    })
    .optional(),
});

export class ForecastAnswer extends createZodDto(
  z.object({
    data: z.object({ device_id: z.uuid(), forecasts: z.array(forecastSlotSchema) }),
    meta: meta.extend({
      forecast_generation_date: z.string(),
      forecast_generation_date_time_zone: z.literal('UTC'),
    }),
  }),
) {}
