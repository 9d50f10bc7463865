import type {
  DeviceReadResult,
  DeviceRef,
  Listing,
  ListedDevice,
  ListedSite,
  ListingProblem,
  Steering,
  VendorAdapter,
  VendorContext,
} from '@warmshift/vendors/contract';
import {
  VendorAuthExpired,
  VendorError,
  VendorNotFound,
  VendorProtocolError,
  VendorRateLimited,
  VendorUnavailable,
} from '@warmshift/vendors/contract';
import type { VendorHttp } from '@warmshift/vendors/kit';
import type { HomeRooms, IstabaiClient } from './client';
import { deviceOf, readingOf, siteOf } from './mapping';
import type { Settings } from './settings';
import { commandFor, commandSchema, compare, restoreFor, stateOf, stateSchema } from './steering';
import type { IstabaiState } from './steering';
import type { WireHome } from './wire';

/** Istabai behind the vendor port: a home is a site, a room is a device with one `room` zone. */
export class IstabaiAdapter implements VendorAdapter {
  readonly steering: Steering;

  constructor(
    private readonly context: Pick<VendorContext, 'clock'>,
    private readonly client: IstabaiClient,
    private readonly http: Pick<VendorHttp, 'redact'>,
    private readonly settings: Settings,
  ) {
    this.steering = {
      stateSchema,
      commandSchema,
      readState: (device, purpose) => this.readState(device, purpose),
      commandFor: (intent, state, now) => commandFor(intent, stateSchema.parse(state), now),
      send: (device, command, purpose) => this.send(device, commandSchema.parse(command).writes, purpose),
      compare: (command, snapshot, state) =>
        compare(commandSchema.parse(command), stateSchema.parse(snapshot), stateSchema.parse(state)),
      restoreFor: (_intent, command, snapshot, state) =>
        restoreFor(commandSchema.parse(command), stateSchema.parse(snapshot), stateSchema.parse(state)),
    };
  }

  async verifyCredentials(): Promise<{ readonly account: string }> {
    return { account: await this.client.proveCredentials() };
  }

  async list(): Promise<Listing> {
    const homes = await this.client.homes();
    const problems: ListingProblem[] = [...homes.problems];
    const devices: ListedDevice[] = [];
    const warnings = new Map<string, readonly string[]>();
    let complete = homes.problems.length === 0;
    for (const home of homes.items) {
      try {
        const rooms = await this.client.rooms(home.id, 'read');
        devices.push(...this.devicesOf(home, rooms));
        problems.push(...rooms.problems, ...this.undated(rooms));
        complete &&= rooms.problems.length === 0;
        const told = await this.warningsOf(home);
        problems.push(...told.problems);
        if (told.items !== undefined) warnings.set(home.id, told.items);
      } catch (error) {
        if (!(error instanceof VendorError) || error instanceof VendorAuthExpired) throw error;
        problems.push({
          where: `rooms.list of home ${home.id}`,
          message: error.message,
          sample: error.words,
        });
        complete = false;
        if (error instanceof VendorRateLimited) break;
      }
    }
    return {
      complete,
      sites: [...new Map(homes.items.map((home) => [home.id, this.siteOf(home, warnings)])).values()],
      devices: [...new Map(devices.map((device) => [device.vendorDeviceId, device])).values()],
      problems,
    };
  }

  /** One request per home. When the vendor wants us to stop, the remaining homes are not asked. */
  async *read(devices: readonly DeviceRef[]): AsyncIterable<DeviceReadResult> {
    let stop: VendorError | undefined;
    for (const [homeId, refs] of bySite(devices)) {
      try {
        if (stop !== undefined) throw stop;
        if (homeId === undefined) throw new VendorNotFound('rooms.list: the home of this room is not known');
        const rooms = await this.client.rooms(homeId, 'read');
        for (const device of refs) yield this.resultOf(device, rooms);
      } catch (error) {
        if (!(error instanceof VendorError)) throw error;
        if (error instanceof VendorAuthExpired || error instanceof VendorRateLimited) stop = error;
        for (const device of refs) yield { device, error };
      }
    }
  }

  private siteOf(home: WireHome, warnings: ReadonlyMap<string, readonly string[]>): ListedSite {
    return { ...siteOf(home, this.settings), warnings: warnings.get(home.id) };
  }

  /** Words for people: a home whose words cannot be had is listed all the same. */
  private async warningsOf({ id, warnings: count }: WireHome): Promise<{
    readonly items?: readonly string[] | undefined;
    readonly problems: readonly ListingProblem[];
  }> {
    if (count === undefined) return { problems: [] };
    if (count === 0) return { items: [], problems: [] };
    try {
      return await this.client.warnings(id);
    } catch (error) {
      if (!(error instanceof VendorError) || error instanceof VendorAuthExpired) throw error;
      if (error instanceof VendorRateLimited) throw error;
      return {
        problems: [{ where: `homes.warnings of home ${id}`, message: error.message, sample: error.words }],
      };
    }
  }

  private devicesOf(listed: WireHome, rooms: HomeRooms): ListedDevice[] {
    const home = rooms.home ?? listed;
    const now = this.context.clock.now();
    return rooms.items.map((room) => deviceOf(room, home, listed.id, this.settings, now));
  }

  private undated(rooms: HomeRooms): ListingProblem[] {
    const now = this.context.clock.now();
    return rooms.items
      .filter((room) => readingOf(room, rooms.home ?? noHome, this.settings, now) === undefined)
      .map(({ id }) => ({ vendorDeviceId: id, where: 'rooms.list', message: undatedMessage }));
  }

  private resultOf(device: DeviceRef, { items, home, problems }: HomeRooms): DeviceReadResult {
    const room = items.find(({ id }) => id === device.vendorDeviceId);
    if (room === undefined) {
      const problem = problems.find(({ vendorDeviceId }) => vendorDeviceId === device.vendorDeviceId);
      const error = problem
        ? new VendorProtocolError(`rooms.list: ${problem.message}`, problem.sample ?? '')
        : new VendorNotFound(`rooms.list: there is no room ${device.vendorDeviceId} in its home`);
      return { device, error };
    }
    const reading = readingOf(room, home ?? noHome, this.settings, this.context.clock.now());
    if (reading === undefined) {
      const sample = this.http.redact(JSON.stringify(room));
      return { device, error: new VendorProtocolError(`rooms.list: ${undatedMessage}`, sample) };
    }
    return { device, zones: [{ kind: 'room', reading }] };
  }

  private async readState(device: DeviceRef, purpose: 'steer' | 'restore'): Promise<IstabaiState> {
    const { vendorDeviceId, vendorSiteId } = device;
    if (vendorSiteId === undefined)
      throw new VendorNotFound(`rooms.list: the home of room ${vendorDeviceId} is not known`);
    const { items, home } = await this.client.rooms(vendorSiteId, purpose);
    const room = items.find(({ id }) => id === vendorDeviceId);
    if (room === undefined)
      throw new VendorNotFound(`rooms.list: there is no room ${vendorDeviceId} in its home`);
    const state = stateOf(room, home ?? noHome);
    if (state !== undefined) return state;
    const sample = this.http.redact(JSON.stringify(room));
    throw new VendorProtocolError('rooms.list: set_temperature does not state day, night and eco', sample);
  }

  /**
   * Once a first mode is written the device holds something of ours, so a failure of a later one is told as "may
   * have arrived": the caller reads back and gives back.
   */
  private async send(
    device: DeviceRef,
    writes: readonly { mode: string; temperatureC: number }[],
    purpose: 'steer' | 'restore',
  ): Promise<{ outcome: 'accepted'; words: string }> {
    const said: string[] = [];
    for (const { mode, temperatureC } of writes) {
      try {
        const answer = await this.client.setTemperature(device.vendorDeviceId, mode, temperatureC, purpose);
        said.push(`${mode} ${temperatureC} °C: ${JSON.stringify(answer)}`);
      } catch (error) {
        if (said.length === 0 || !(error instanceof VendorError)) throw error;
        const message = `only ${said.length} of ${writes.length} modes written: ${error.message}`;
        throw new VendorUnavailable(message, true, error.words, { cause: error });
      }
    }
    return { outcome: 'accepted', words: this.http.redact(said.join('; ')) };
  }
}

const undatedMessage = 'device.last_data is missing, unreadable or in the future: nobody knows how old it is';
/** Stands for a home that its rooms did not come with: no mode is known. */
const noHome: WireHome = {
  id: 'unknown',
  name: undefined,
  mode: undefined,
  next_mode: undefined,
  time_zone: undefined,
  warnings: undefined,
};

function bySite(devices: readonly DeviceRef[]): Map<string | undefined, DeviceRef[]> {
  const groups = new Map<string | undefined, DeviceRef[]>();
  for (const device of devices) {
    const group = groups.get(device.vendorSiteId);
    if (group === undefined) groups.set(device.vendorSiteId, [device]);
    else group.push(device);
  }
  return groups;
}
