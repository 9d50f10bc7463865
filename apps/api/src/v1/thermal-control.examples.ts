import type { OperationExamples } from '../openapi/examples';
import { evening, ids, supplierName } from '../openapi/story';

const meta = {
  energy_supplier: supplierName,
  temperature_unit: 'celsius',
  power_unit: 'kW',
  timestamp_time_zone: 'UTC',
};
const ofDevice = { device_id: ids.device, unit: 'celsius' };

export const readState: OperationExamples = {
  parameters: ofDevice,
  answers: {
    200: {
      heatPump: {
        data: {
          device_id: ids.device,
          timestamp: '2026-01-15 15:55:00',
          tank: { DHW_temperature: 47, T_loss: 0.1, T_gain: [2.4], P_if_activated: [2.38] },
          house: { Space_temperature: 20.8, T_natural: -0.12, T_heating: [0.2], P_heating: [1.8] },
        },
        meta,
      },
    },
  },
};
export const readForecast: OperationExamples = {
  parameters: { ...ofDevice, start_time: '2026-01-15T16:00:00Z', end_time: '2026-01-15T16:15:00Z' },
  answers: {
    200: {
      oneQuarter: {
        data: {
          device_id: ids.device,
          forecasts: [
            {
              timestamp: '2026-01-15 16:00:00',
              tank: {
                upperbound_Z: 60,
                lowerbound_X: 40,
                P_expected: 0.4,
                T_loss: 0.1,
                P_if_activated: [2.38],
                tank_activation_limit_temp: 45,
              },
              house: {
                upperbound_Z: 23.5,
                lowerbound_X: 18,
                P_expected: 1.42,
                Y_ideal: 21,
                P_heating: [1.8],
              },
            },
          ],
        },
        meta: {
          ...meta,
          forecast_generation_date: '2026-01-15',
          forecast_generation_date_time_zone: 'UTC',
        },
      },
    },
  },
};

/** An hour of the evening, from the second hour of the schedule on. */
const room = Array.from({ length: 96 }, (_slot, index) => (index >= 4 && index < 8 ? 'decrease' : 'none'));

export const submitSchedule: OperationExamples = {
  body: { coolerHour: { device_id: ids.device, start_time: '2026-01-15T16:00:00Z', room } },
  answers: {
    200: {
      coolerHour: {
        status: 'success',
        message: 'Schedule submitted successfully',
        meta: {
          energy_supplier: supplierName,
          schedule_granularity: '15min',
          timezone: 'UTC',
          starts_at: evening('16:00'),
          campaign_ids: [ids.campaign],
        },
      },
    },
  },
};
