import type { OperationExamples } from '../openapi/examples';
import { ids, supplierName } from '../openapi/story';

const settings = {
  room: { temperature_lower_bound: 2, temperature_upper_bound: 2 },
  dhw: { temperature_lower_bound: 45, temperature_upper_bound: 60 },
  optimization_settings: { flex_trading: true },
};
const answered = {
  ...settings,
  device_id: ids.device,
  room: { ...settings.room, preferred_temperature: 21 },
  updated_at: '2026-01-15T15:58:00.000+00:00',
};
const { optimization_settings: _optimization, ...bounds } = settings;

export const readSettings: OperationExamples = {
  parameters: { device_id: ids.device },
  answers: {
    200: { heatPump: { data: [answered], meta: { energy_supplier: supplierName, next_token: null } } },
  },
};
export const changeSettings: OperationExamples = {
  body: {
    oneDevice: { user_id: 'user_4', device_id: ids.device, ...settings },
    allOfAUser: { user_id: 'user_4', optimization_settings: { flex_trading: false } },
  },
};
export const submitSettings: OperationExamples = {
  body: {
    oneDevice: { user_id: 'user_4', device_id: ids.device, ...bounds, steering_enabled: { heat_pump: true } },
  },
  answers: {
    200: {
      changed: {
        status: 'success',
        message: 'Settings updated successfully.',
        meta: { energy_supplier: supplierName },
      },
    },
  },
};
