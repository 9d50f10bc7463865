import type {
  DeviceRef,
  DeviceReadResult,
  Listing,
  ListingProblem,
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
import type { PagesResult, VendorHttp } from '@warmshift/vendors/kit';
import { createVendorHttp, mapConcurrent, parseEach } from '@warmshift/vendors/kit';
import type { z } from 'zod';
import { HeatingControlClient } from './client';
import type { SetModeSpec } from './command-spec';
import { credentialsSchema, settingsSchema } from './config';
import { manifest } from './manifest';
import { deviceOf, readingOf, siteOf } from './mapping';
import { DeviceMemory } from './memory';
import { commandFor, compare, restoreFor } from './steering';
import { heaterCommandSchema, heaterStateOf, heaterStateSchema } from './steering-state';
import type { WireDevice, WireHome } from './wire';
import { deviceSchema, homeSchema } from './wire';

type ReadZones = Extract<DeviceReadResult, { readonly zones: unknown }>['zones'];

export function createAdapter(context: VendorContext): VendorAdapter {
  const credentials = credentialsSchema.parse(context.credentials);
  const settings = settingsSchema.parse(context.settings);
  const http = createVendorHttp({ context, manifest, secrets: [credentials.clientSecret] });
  const client = new HeatingControlClient({ context, http, credentials, settings });
  return new HeatingControlAdapter(context, http, client, credentials.clientId, settings.allowOff);
}

class HeatingControlAdapter implements VendorAdapter {
  private readonly memory: DeviceMemory;
  readonly steering: Steering;

  constructor(
    private readonly context: VendorContext,
    private readonly http: VendorHttp,
    private readonly client: HeatingControlClient,
    private readonly clientId: string,
    allowOff: boolean,
  ) {
    this.memory = new DeviceMemory(context);
    this.steering = {
      stateSchema: heaterStateSchema,
      commandSchema: heaterCommandSchema,
      readState: (device, purpose) => this.readState(device, purpose),
      commandFor: (intent, state) => commandFor(intent, state, allowOff),
      send: (device, command, purpose) => this.send(device, command, purpose),
      compare: (command, snapshot, state) => compare(command, snapshot, state),
      restoreFor: (_intent, command, snapshot, state) => restoreFor(command, snapshot, state),
    };
  }

  async verifyCredentials(): Promise<{ account: string }> {
    await this.client.probe();
    return { account: `client ${this.clientId}` };
  }

  async list(): Promise<Listing> {
    const homes = this.parsed(await this.client.homes(), homeSchema, 'GET /v1/homes');
    const devices = this.parsed(await this.client.devices(), deviceSchema, 'GET /v1/devices');
    const storageHeaters = await this.memory.storageHeaters();
    const known = firstOfEach(devices.items);
    const online = new Map(known.map((device) => [device.id, device.online]));
    const missing = missingOf(homes.items, known);
    const sites = firstOfEach(homes.items).map(siteOf);
    const countries = new Map(sites.map((site) => [site.vendorSiteId, site.country]));
    return {
      complete: homes.complete && devices.complete && missing.length === 0,
      sites,
      devices: known.map((device) =>
        deviceOf(device, {
          showedCharge: storageHeaters.has(device.id),
          gatewayOnline: device.gatewayId === undefined ? undefined : online.get(device.gatewayId),
          country: device.homeId === undefined ? undefined : countries.get(device.homeId),
        }),
      ),
      problems: [...homes.problems, ...devices.problems, ...missing],
    };
  }

  /** After a refusal that holds for all (credentials, quota) nothing more is asked: the rest gets the same error. */
  read(devices: readonly DeviceRef[]): AsyncIterable<DeviceReadResult> {
    let ended: Error | undefined;
    return mapConcurrent(devices, manifest.pacing.concurrency, async (device): Promise<DeviceReadResult> => {
      if (ended !== undefined) return { device, error: ended };
      try {
        return { device, zones: await this.readZones(device) };
      } catch (error) {
        if (isForAll(error)) ended = asError(error);
        return { device, error: asError(error) };
      }
    });
  }

  private async readZones(device: DeviceRef): Promise<ReadZones> {
    if (device.kind !== 'heater' && device.kind !== 'storage_heater') return [];
    const state = await this.client.state(device.vendorDeviceId, 'read');
    if (state.chargeLevel !== undefined) await this.memory.addStorageHeater(device.vendorDeviceId);
    const spec = await this.specForReading(device.vendorDeviceId);
    return [{ kind: 'room', reading: readingOf(state, spec, this.context.clock.now()) }];
  }

  /** The device's own limits are worth one more request a day; a reading does not fail for want of them. */
  private async specForReading(deviceId: string): Promise<SetModeSpec | undefined> {
    const remembered = await this.memory.spec(deviceId);
    if (remembered !== undefined) return remembered.spec;
    try {
      return await this.fetchSpec(deviceId, 'read');
    } catch (error) {
      if (!(error instanceof VendorError) || isForAll(error)) throw error;
      return undefined;
    }
  }

  private async fetchSpec(
    deviceId: string,
    purpose: 'read' | 'steer' | 'restore',
  ): Promise<SetModeSpec | undefined> {
    const spec = await this.client.setModeSpec(deviceId, purpose);
    await this.memory.setSpec(deviceId, spec);
    return spec;
  }

  private async readState({ vendorDeviceId }: DeviceRef, purpose: 'steer' | 'restore') {
    const remembered = (await this.memory.spec(vendorDeviceId))?.spec;
    const spec = remembered ?? (await this.fetchSpec(vendorDeviceId, purpose));
    const wire = await this.client.state(vendorDeviceId, purpose);
    const state = heaterStateOf(wire, spec);
    if (!('missing' in state)) return state;
    throw new VendorProtocolError(
      `GET /v1/devices/${vendorDeviceId}/state: ${state.missing} not stated`,
      this.http.redact(JSON.stringify(wire)),
    );
  }

  private async send(
    { vendorDeviceId }: DeviceRef,
    saved: Record<string, unknown>,
    purpose: 'steer' | 'restore',
  ) {
    const { key, mode, setpoint } = heaterCommandSchema.parse(saved);
    const params = setpoint === undefined ? { mode } : { mode, [setpoint.param]: setpoint.value };
    try {
      return await this.client.command(vendorDeviceId, key, params, purpose);
    } catch (error) {
      if (error instanceof VendorError && error.retry === 'never')
        await this.memory.forgetSpec(vendorDeviceId);
      throw error;
    }
  }

  /** Whether a page or an entry that could not be used makes the listing incomplete: it may hide any device. */
  private parsed<S extends z.ZodType>(
    { items, complete, reason }: PagesResult<unknown>,
    schema: S,
    where: string,
  ): { items: readonly z.output<S>[]; problems: readonly ListingProblem[]; complete: boolean } {
    const each = parseEach(schema, items, { where, http: this.http });
    const cut = reason === undefined ? [] : [{ where, message: this.http.redact(reason) }];
    return {
      items: each.items,
      problems: [...each.problems, ...cut],
      complete: complete && each.problems.length === 0,
    };
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function isForAll(error: unknown): boolean {
  return error instanceof VendorAuthExpired || error instanceof VendorRateLimited;
}

/** A home says how many devices it has: with fewer listed, somebody fell out between two pages. */
function missingOf(homes: readonly WireHome[], devices: readonly WireDevice[]): ListingProblem[] {
  const listed = new Map<string, number>();
  for (const { homeId } of devices)
    if (homeId !== undefined) listed.set(homeId, (listed.get(homeId) ?? 0) + 1);
  return homes.flatMap(({ id, deviceCount = 0 }) => {
    const count = listed.get(id) ?? 0;
    if (count >= deviceCount) return [];
    return [
      { where: 'GET /v1/devices', message: `home ${id} has ${deviceCount} devices, ${count} were listed` },
    ];
  });
}

function firstOfEach<T extends Pick<WireDevice, 'id'>>(items: readonly T[]): T[] {
  const byId = new Map<string, T>();
  for (const item of items) if (!byId.has(item.id)) byId.set(item.id, item);
  return [...byId.values()];
}
