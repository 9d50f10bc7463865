import type { CloudFront, Reply, Route, SandboxRequest } from '../../http/routes';
import type { HeatPumpDevice } from '../../world/heat-pump-device';
import { headerOf, type CloudContext, type SandboxCredentials } from '../cloud-context';
import { energySupplier } from './nox-format';
import { ok, unprocessable } from './nox-replies';
import { listDevices } from './nox-devices';
import { takeSchedule } from './nox-schedule';
import { changeSettings, settingsView } from './nox-settings';
import { currentState, forecast } from './nox-thermal';

const vendor = 'nox';

/** The NOX Energy API: devices, settings and the thermal control of heat pumps. */
export class NoxCloud implements CloudFront {
  readonly vendor = vendor;
  readonly prefix = '/nox';
  readonly routes: readonly Route[] = [
    this.open('GET', '/v1/devices', (request) => listDevices(this.context, request.query)),
    this.open('GET', '/v1/devices/settings', (request) => this.settings(request)),
    { ...this.open('PATCH', '/v1/devices/settings', (r) => changeSettings(this.context, r)), write: true },
    this.open('GET', '/v1/device/thermal-control/current-state', (request) =>
      this.thermal(request, (device, celsius) => currentState(device, this.context.world, celsius)),
    ),
    this.open('GET', '/v1/device/thermal-control/forecast', (request) =>
      this.thermal(request, (device, celsius) => forecast(device, this.context, request.query, celsius)),
    ),
    {
      ...this.open('POST', '/v1/device/thermal-control/schedule', (r) => takeSchedule(this.context, r)),
      write: true,
    },
    {
      ...this.open('POST', '/v1/device/thermal-control/settings', (request) => {
        const reply = changeSettings(this.context, request);
        if (reply.status !== 204) return reply;
        const meta = { energy_supplier: energySupplier };
        return ok({ status: 'success', message: 'Settings updated successfully.', meta });
      }),
      write: true,
    },
  ];

  constructor(
    private readonly context: CloudContext,
    private readonly credentials: SandboxCredentials['nox'],
  ) {}

  failure(status: number, message: string): Reply {
    return { status, body: { detail: message } };
  }

  private open(method: Route['method'], pattern: string, handle: Route['handle']): Route {
    return {
      method,
      pattern,
      handle: (request) => {
        const valid = headerOf(request.headers, 'x-api-key') === this.credentials.apiKey;
        if (!valid || this.context.faults.on(vendor, 'expired-credentials')) {
          return this.failure(401, 'Invalid or missing API key');
        }
        return handle(request);
      },
    };
  }

  private settings(request: SandboxRequest): Reply {
    const deviceId = request.query.get('device_id');
    const userId = request.query.get('user_id');
    const wanted = this.context.world.fleet.nox.filter(
      (device) =>
        (deviceId === null || device.identity.vendorDeviceId === deviceId) &&
        (userId === null || device.traits.userId === userId),
    );
    return ok({ data: wanted.map(settingsView), meta: { energy_supplier: energySupplier } });
  }

  private thermal(
    request: SandboxRequest,
    answer: (device: HeatPumpDevice, celsius: boolean) => Reply,
  ): Reply {
    const id = request.query.get('device_id');
    if (!id) return unprocessable(['query', 'device_id'], 'Field required', 'missing');
    const unit = request.query.get('unit') ?? 'kWh';
    if (unit !== 'kWh' && unit !== 'celsius') {
      return unprocessable(['query', 'unit'], "Input should be 'kWh' or 'celsius'", 'enum');
    }
    const device = this.context.world.fleet.nox.find((pump) => pump.identity.vendorDeviceId === id);
    return device ? answer(device, unit === 'celsius') : this.failure(404, `Device ${id} not found`);
  }
}
