import { hourMs, minuteMs } from '@warmshift/domain';
import type { DeviceRef, SteeringIntent } from '@warmshift/vendors/contract';
import { closeVendorHttp } from '@warmshift/vendors/kit';
import { inMemoryContext } from '../../contract/testing/in-memory-context';
import { sgready } from '../src';
import { FakeController } from './fake-controller';

const token = 'mill-lane-t0ken';
const device: DeviceRef = { vendorDeviceId: 'hp-2', kind: 'heat_pump' };

describe('a home behind the controller', () => {
  let controller: FakeController;
  let baseUrl: string;
  beforeEach(async () => {
    controller = new FakeController(token);
    baseUrl = await controller.start();
  });
  afterEach(async () => {
    await closeVendorHttp();
    await controller.stop();
  });
  function steering() {
    const context = { ...inMemoryContext({ baseUrl, credentials: { token } }), clock: clockOf(controller) };
    const found = sgready.create(context).steering;
    if (found === undefined) throw new Error('SG-Ready can be steered');
    return found;
  }
  function decrease(durationMs: number): SteeringIntent {
    const startsAt = controller.time();
    const span = { startsAt, endsAt: startsAt + durationMs };
    const { setpointC } = controller.device('hp-2').house;
    return {
      actionId: 'a',
      zone: 'room',
      direction: 'decrease',
      span,
      limitC: setpointC - 3,
      deviceSpans: [],
    };
  }
  async function lock(durationMs: number) {
    const intent = decrease(durationMs);
    const snapshot = await steering().readState(device, 'steer');
    const decision = steering().commandFor(intent, snapshot, controller.time());
    if (decision.kind !== 'command') throw new Error(decision.reason);
    await steering().send(device, decision.command, 'steer');
    return { intent, snapshot, command: decision.command };
  }

  it('draws nothing while it is locked, and never gets colder than the limit', async () => {
    const { house } = controller.device('hp-2');
    const { intent } = await lock(2 * hourMs);
    for (let minute = 1; minute < 120; minute += 1) {
      controller.advance(minuteMs);
      expect(house.powerW).toBe(0);
      expect(house.roomC).toBeGreaterThan(intent.limitC);
      expect(house.tankC).toBeGreaterThan(40);
    }
  });

  it('S9: is free again at the end although everybody has died', async () => {
    const { house } = controller.device('hp-2');
    const { intent, command, snapshot } = await lock(hourMs);
    controller.advance(hourMs);
    expect([house.override, house.mode]).toEqual([undefined, 2]);
    controller.advance(2 * hourMs);
    expect(house.roomC).toBeGreaterThan(house.setpointC - 0.5);
    const state = await steering().readState(device, 'restore');
    expect(steering().restoreFor(intent, command, snapshot, state, controller.time())).toEqual({
      kind: 'restored',
    });
  });

  it('S7: belongs to whoever lives there', async () => {
    const { house } = controller.device('hp-2');
    const { intent, command, snapshot } = await lock(hourMs);
    controller.advance(10 * minuteMs);
    house.userSets(22);
    const state = await steering().readState(device, 'steer');
    expect(steering().compare(command, snapshot, state, controller.time())).toBe('changed');
    expect(steering().restoreFor(intent, command, snapshot, state, controller.time())).toMatchObject({
      kind: 'overridden',
    });
    expect(house.mode).toBe(2);
  });

  it('S8: takes no lock longer than two hours, whoever asks', async () => {
    const until = controller.time() + 2 * hourMs + 2 * minuteMs;
    await expect(steering().send(device, { override: { mode: 1, until } }, 'steer')).rejects.toMatchObject({
      words: expect.stringContaining('at most 2 hours away') as string,
    });
  });
});

function clockOf(controller: FakeController) {
  return {
    now: () => controller.time(),
    realMs: (virtualMs: number) => virtualMs,
    set: () => undefined,
    advance: () => undefined,
  };
}
