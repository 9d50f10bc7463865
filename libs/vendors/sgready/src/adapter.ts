import type {
  DeviceReadResult,
  DeviceRef,
  Listing,
  Steering,
  VendorAdapter,
  VendorContext,
} from '@warmshift/vendors/contract';
import {
  VendorAuthExpired,
  VendorError,
  VendorProtocolError,
  VendorRateLimited,
} from '@warmshift/vendors/contract';
import type { VendorHttp } from '@warmshift/vendors/kit';
import { mapConcurrent, parseWith } from '@warmshift/vendors/kit';
import type { SgReadyClient } from './client';
import { manifest } from './manifest';
import { deviceOf, readingOf, siteOf } from './mapping';
import type { SgReadyCommand, SgReadyState } from './steering';
import { commandFor, commandSchema, compare, restoreFor, savedStateSchema, stateOf } from './steering';
import type { WireDevice } from './wire';
import { stateSchema } from './wire';

/** SG-Ready heat pumps behind the vendor port. */
export class SgReadyAdapter implements VendorAdapter {
  readonly steering: Steering;

  constructor(
    private readonly context: Pick<VendorContext, 'clock'>,
    private readonly client: SgReadyClient,
    private readonly http: Pick<VendorHttp, 'redact'>,
  ) {
    this.steering = {
      stateSchema: savedStateSchema,
      commandSchema,
      readState: (device, purpose) => this.readState(device, purpose),
      commandFor: (intent, state, now) => commandFor(intent, savedStateSchema.parse(state), now),
      send: (device, command, purpose) => this.send(device, commandSchema.parse(command), purpose),
      compare: (command, snapshot, state) =>
        compare(
          commandSchema.parse(command),
          savedStateSchema.parse(snapshot),
          savedStateSchema.parse(state),
        ),
      restoreFor: (_intent, command, snapshot, state) =>
        restoreFor(
          commandSchema.parse(command),
          savedStateSchema.parse(snapshot),
          savedStateSchema.parse(state),
        ),
    };
  }

  async verifyCredentials(): Promise<{ readonly account: string }> {
    const { controller } = await this.client.devices();
    return { account: controller ?? 'SG-Ready controller' };
  }

  async list(): Promise<Listing> {
    const { devices, problems, complete } = await this.client.devices();
    const now = this.context.clock.now();
    const undated = devices
      .filter((device) => readingOf(device, now) === undefined)
      .map(({ id }) => ({ vendorDeviceId: id, where: 'GET /devices', message: undatedMessage }));
    const sites = devices.flatMap((device) => siteOf(device) ?? []);
    return {
      complete,
      sites: [...new Map(sites.map((site) => [site.vendorSiteId, site])).values()],
      devices: devices.map((device) => deviceOf(device, now)),
      problems: [...problems, ...undated],
    };
  }

  /** One request per device. When the controller wants us to stop, the rest is not asked. */
  read(devices: readonly DeviceRef[]): AsyncIterable<DeviceReadResult> {
    let stop: VendorError | undefined;
    return mapConcurrent(devices, manifest.pacing.concurrency, async (device): Promise<DeviceReadResult> => {
      if (stop !== undefined) return { device, error: stop };
      try {
        const wire = await this.client.device(device.vendorDeviceId, 'read');
        const reading = readingOf(wire, this.context.clock.now());
        if (reading === undefined) throw this.unusable(wire, undatedMessage);
        return { device, zones: [{ kind: 'room', reading }] };
      } catch (error) {
        if (!(error instanceof VendorError)) throw error;
        if (error instanceof VendorAuthExpired || error instanceof VendorRateLimited) stop = error;
        return { device, error };
      }
    });
  }

  private async readState(device: DeviceRef, purpose: 'steer' | 'restore'): Promise<SgReadyState> {
    const wire = await this.client.device(device.vendorDeviceId, purpose);
    const where = `GET /devices/${device.vendorDeviceId}`;
    const state = stateOf(wire, parseWith(stateSchema, wire.state, { where, http: this.http }));
    if (state === undefined) throw this.unusable(wire, 'state.override is missing');
    return state;
  }

  private async send(
    device: DeviceRef,
    { override }: SgReadyCommand,
    purpose: 'steer' | 'restore',
  ): Promise<{ outcome: 'accepted' }> {
    await this.client.override(device.vendorDeviceId, override, purpose);
    return { outcome: 'accepted' };
  }

  private unusable({ id, state }: WireDevice, message: string): VendorProtocolError {
    const sample = this.http.redact(JSON.stringify(state) ?? '');
    return new VendorProtocolError(`GET /devices/${id}: ${message}`, sample);
  }
}

const undatedMessage =
  'state.updated_at is missing, unreadable or in the future: nobody knows how old the rest is';
