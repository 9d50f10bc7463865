import {
  DeviceUnreachable,
  VendorAuthExpired,
  VendorNotFound,
  VendorRateLimited,
  VendorUnavailable,
  type DeviceReadResult,
  type DeviceRef,
  type Listing,
  type SendReceipt,
  type Steering,
  type VendorAdapter,
  type VendorCommand,
  type VendorState,
} from '@warmshift/vendors/contract';
import { z } from 'zod';
import type { TestClock } from '../test-clock';

const stateSchema = z.object({ setpointC: z.number() });
const commandSchema = z.object({ setpointC: z.number() });

export interface Write {
  readonly device: string;
  readonly setpointC: number;
  readonly purpose: 'steer' | 'restore';
  readonly at: number;
}

/** A thermostat in the vendor's cloud. What it does with a write is for the test to say. */
export class ScriptedDevice {
  setpointC = 21;
  /** When a write shows: at once, so many ms later, or never. */
  applies: number | 'never' = 0;
  offline = false;
  gone = false;
  /** So many of the next writes are applied and their answers lost. */
  answersToLose = 0;
  /** So many of the next calls get a 429. */
  slowDowns = 0;
  private pending: { at: number; setpointC: number }[] = [];

  constructor(private readonly clock: TestClock) {}

  shown(): number {
    const due = this.pending.filter(({ at }) => at <= this.clock.now());
    this.pending = this.pending.filter(({ at }) => at > this.clock.now());
    const last = due.at(-1);
    if (last) this.setpointC = last.setpointC;
    return this.setpointC;
  }

  write(setpointC: number): void {
    if (this.applies === 'never') return;
    this.pending.push({ at: this.clock.now() + this.applies, setpointC });
  }

  /** The customer turns the knob. */
  override(setpointC: number): void {
    this.setpointC = setpointC;
  }
}

/** One vendor account in memory: the port of an adapter, with every call recorded. */
export class ScriptedVendor implements VendorAdapter {
  readonly devices = new Map<string, ScriptedDevice>();
  readonly writes: Write[] = [];
  reads = 0;
  down = false;
  credentialsWork = true;
  listing: Listing = { complete: true, sites: [], devices: [], problems: [] };
  /** Runs when a write arrives, before anything is done with it. */
  whenWritten: (write: Write) => Promise<void> = () => Promise.resolve();
  /** Runs when a device is read, before it answers. */
  whenRead: (vendorDeviceId: string) => Promise<void> = () => Promise.resolve();

  constructor(private readonly clock: TestClock) {}

  add(vendorDeviceId: string): ScriptedDevice {
    const device = new ScriptedDevice(this.clock);
    this.devices.set(vendorDeviceId, device);
    return device;
  }

  writesOf(vendorDeviceId: string, purpose: Write['purpose']): Write[] {
    return this.writes.filter((write) => write.device === vendorDeviceId && write.purpose === purpose);
  }

  verifyCredentials(): Promise<{ account: string }> {
    return this.answer(() => ({ account: 'tester' }));
  }

  list(): Promise<Listing> {
    return this.answer(() => this.listing);
  }

  async *read(devices: readonly DeviceRef[]): AsyncIterable<DeviceReadResult> {
    for (const device of devices) {
      yield await this.answer(() => ({ device, zones: [] }));
    }
  }

  readonly steering: Steering = {
    stateSchema,
    commandSchema,
    readState: async ({ vendorDeviceId }) => {
      this.reads += 1;
      await this.whenRead(vendorDeviceId);
      return this.answer(() => ({ setpointC: this.reach(vendorDeviceId).shown() }));
    },
    commandFor: ({ limitC, direction }, state) => {
      const { setpointC } = stateSchema.parse(state);
      const moves = direction === 'decrease' ? limitC < setpointC : limitC > setpointC;
      return moves
        ? { kind: 'command', command: { setpointC: limitC } }
        : { kind: 'refuse', reason: 'It is there already.' };
    },
    send: (device, command, purpose) => this.send(device, command, purpose),
    compare: (command, snapshot, state) => ownerOf(command, snapshot, state),
    restoreFor: (_intent, command, snapshot, state) => {
      const owner = ownerOf(command, snapshot, state);
      if (owner === 'applied') return { kind: 'write', command: stateSchema.parse(snapshot) };
      if (owner === 'not_applied') return { kind: 'restored' };
      return { kind: 'overridden', what: `The device is set to ${stateSchema.parse(state).setpointC} °C.` };
    },
  };

  private async send(
    { vendorDeviceId }: DeviceRef,
    command: VendorCommand,
    purpose: Write['purpose'],
  ): Promise<SendReceipt> {
    const { setpointC } = commandSchema.parse(command);
    const write = { device: vendorDeviceId, setpointC, purpose, at: this.clock.now() };
    await this.whenWritten(write);
    return this.answer(() => {
      const device = this.reach(vendorDeviceId);
      this.writes.push(write);
      device.write(setpointC);
      if (device.answersToLose > 0) {
        device.answersToLose -= 1;
        throw new VendorUnavailable('time-out', true);
      }
      return { outcome: 'accepted' };
    });
  }

  private reach(vendorDeviceId: string): ScriptedDevice {
    const device = this.devices.get(vendorDeviceId);
    if (!device || device.gone) throw new VendorNotFound('404', 'no such device');
    if (device.offline) throw new DeviceUnreachable('offline', false);
    if (device.slowDowns > 0) {
      device.slowDowns -= 1;
      throw new VendorRateLimited('429', 2_000);
    }
    return device;
  }

  private answer<T>(give: () => T): Promise<T> {
    return Promise.resolve().then(() => {
      if (this.down) throw new VendorUnavailable('connection refused', false);
      if (!this.credentialsWork) throw new VendorAuthExpired('401', 'The password is wrong.');
      return give();
    });
  }
}

function ownerOf(command: VendorCommand, snapshot: VendorState, state: VendorState) {
  const shownC = stateSchema.parse(state).setpointC;
  if (shownC === commandSchema.parse(command).setpointC) return 'applied';
  return shownC === stateSchema.parse(snapshot).setpointC ? 'not_applied' : 'changed';
}
