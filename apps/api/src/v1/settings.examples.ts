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
};

export const readSettings: OperationExamples = {
  parameters: { device_id: ids.device },
  answers: { 200: { heatPump: { data: [answered], meta: { energy_supplier: supplierName } } } },
};
export const changeSettings: OperationExamples = {
  body: { oneDevice: { user_id: 'user_4', device_id: ids.device, ...settings } },
};
