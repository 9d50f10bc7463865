import type { OperationExamples } from '../openapi/examples';
import { ids, supplierName } from '../openapi/story';

const ready = {
  can_activate_action: true,
  in_active_action: false,
  reason: 'Device is ready to receive an action.',
  reason_code: 'READY',
};
const status = { steering_enabled: true, steerable: true, DHW: ready, room: ready };
const heatPump = {
  model: 'model_g',
  brand: 'nibe',
  country: 'BE',
  device_id: ids.device,
  user_id: 'user_4',
  device_type: 'heat_pump',
  legionella_config: { frequency_per_weeks: 1, capacity: 20, duration_minutes: 60 },
  cycle_config: { max_cycles_per_day: 8 },
  steerable_status: status,
  needs_reauthentication: false,
};
const meta = { energy_supplier: supplierName, capacity_unit: 'kWh', next_token: null };

export const listDevices: OperationExamples = {
  parameters: { limit: 1000, steerable: true },
  answers: {
    200: {
      lastPage: { data: [heatPump], meta },
      statusOnly: { data: [{ device_id: ids.device, steerable_status: status }], meta },
    },
  },
};
