import type {
  ConformanceHarness,
  TrueDevice,
  VendorDouble,
} from '../../contract/testing/conformance-harness';
import type { FakeDevice } from './fake-controller';
import { FakeController } from './fake-controller';
import { playedFaults } from './fake-faults';

const token = 'mill-lane-t0ken/7';

/** The fake controller as the conformance suite wants to see it. */
export const sgreadyHarness: ConformanceHarness = {
  supports: (fault) => playedFaults.has(fault),
  start: startDouble,
};

async function startDouble(): Promise<VendorDouble> {
  const controller = new FakeController(token);
  const baseUrl = await controller.start();
  return {
    baseUrl,
    credentials: { token },
    wrongCredentials: { token: 'another-t0ken/8' },
    settings: {},
    clock: { now: () => controller.time(), realMs: (virtualMs) => virtualMs },
    advance: async (ms) => controller.advance(ms),
    devices: async () => controller.devices.map(truthOf),
    isSteered: async (id) => controller.device(id).house.override !== undefined,
    customerSets: async (id, setpointC) => controller.device(id).house.userSets(setpointC),
    switchOn: async (fault, options) => controller.faults.switchOn(fault, options),
    reset: async () => controller.faults.reset(),
    requests: async () => controller.requests,
    stop: () => controller.stop(),
  };
}

function truthOf({ id, house, steeringAllowed }: FakeDevice): TrueDevice {
  return {
    vendorDeviceId: id,
    zones: ['room'],
    temperatureC: { room: house.roomC },
    ratedPowerW: house.ratedPowerW,
    mustRefuse: steeringAllowed ? obstacleOf(house) : 'the owner wants no override',
  };
}

function obstacleOf({ localMode, disinfecting }: FakeDevice['house']): string | undefined {
  if (disinfecting) return 'the tank is being disinfected';
  return localMode === 2 ? undefined : `the device itself asks for state ${localMode}`;
}
