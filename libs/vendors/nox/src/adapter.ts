import type { Instant } from '@warmshift/domain';
import { dayMs, hourMs, minuteMs, slotMs } from '@warmshift/domain';
import type {
  DeviceReadResult,
  DeviceRef,
  Listing,
  ListingProblem,
  SendReceipt,
  Steering,
  VendorAdapter,
  VendorContext,
} from '@warmshift/vendors/contract';
import {
  VendorAuthExpired,
  VendorError,
  VendorProtocolError,
  VendorRateLimited,
  VendorRejected,
} from '@warmshift/vendors/contract';
import { mapConcurrent } from '@warmshift/vendors/kit';
import type { NoxClient } from './client';
import { deviceOf } from './devices';
import { concurrency } from './manifest';
import type { ThermalFacts, ThermalForecast } from './readings';
import { measuredAtOf, readingsOf } from './readings';
import { quarterAtOrAfter, slotsFrom } from './schedule';
import { scheduleBody } from './schedule-body';
import {
  commandFor,
  commandSchema,
  compare,
  notAllowed,
  restoreFor,
  stateOf,
  stateSchema,
  tooLate,
} from './steering';
import type { NoxCommand, NoxState } from './steering';

/** A schedule must reach NOX before the quarter that it starts with; real ms that we allow for the way. */
const reachRealMs = 2_000;
/** A third of the lead, so that a fast clock does not eat it. */
const maxReachMs = 200_000;

type Settings = ReadonlyMap<string, NonNullable<ThermalFacts['settings']>>;

/** NOX behind the vendor port: a heat pump is a device with a `DHW` and a `room` zone. NOX knows no sites. */
export class NoxAdapter implements VendorAdapter {
  readonly steering: Steering;
  /** When a device's forecast of a whole day was last asked for. */
  private readonly lookedAheadAt = new Map<string, Instant>();

  constructor(
    private readonly context: Pick<VendorContext, 'clock' | 'log' | 'memory'>,
    private readonly client: NoxClient,
    private readonly maySteer: boolean,
  ) {
    this.steering = {
      stateSchema,
      commandSchema,
      readState: (device, purpose) => this.readState(device, purpose),
      commandFor: (intent, state, now) =>
        maySteer
          ? commandFor(intent, stateSchema.parse(state), now, this.reachMs())
          : { kind: 'refuse', reason: notAllowed },
      send: (device, command, purpose) => this.send(device, commandSchema.parse(command), purpose),
      compare: (command, _snapshot, state, now) =>
        compare(commandSchema.parse(command), stateSchema.parse(state), now),
      restoreFor: (intent, command, _snapshot, state, now) =>
        restoreFor(intent, commandSchema.parse(command), stateSchema.parse(state), now),
    };
  }

  async verifyCredentials(): Promise<{ readonly account: string }> {
    return { account: (await this.client.supplier()) ?? 'NOX supplier' };
  }

  async list(): Promise<Listing> {
    const { items, problems, complete, reason } = await this.client.devices();
    const now = this.context.clock.now();
    const devices = new Map(
      items.map((item) => [item.device.device_id, deviceOf(item, this.maySteer, now)] as const),
    );
    const paging: ListingProblem[] =
      reason === undefined ? [] : [{ where: 'GET /v1/devices', message: reason }];
    return {
      complete: complete && problems.length === 0,
      sites: [],
      devices: [...devices.values()],
      problems: [...problems, ...paging],
    };
  }

  /** Two requests per device and one for all settings. When NOX wants us to stop, the rest is not asked. */
  async *read(devices: readonly DeviceRef[]): AsyncIterable<DeviceReadResult> {
    if (devices.length === 0) return;
    const settings = await this.settingsOf(devices);
    let stop: VendorError | undefined;
    yield* mapConcurrent(devices, concurrency, async (device): Promise<DeviceReadResult> => {
      if (stop !== undefined) return { device, error: stop };
      try {
        return await this.readOne(device, settings);
      } catch (error) {
        if (!(error instanceof VendorError)) throw error;
        if (error instanceof VendorAuthExpired || error instanceof VendorRateLimited) stop = error;
        return { device, error };
      }
    });
  }

  private async readOne(device: DeviceRef, settings: Settings): Promise<DeviceReadResult> {
    const { vendorDeviceId } = device;
    const state = await this.client.currentState(vendorDeviceId);
    const now = this.context.clock.now();
    const where = `current-state of ${vendorDeviceId}`;
    const measuredAt = measuredAtOf(state, now);
    if (measuredAt === undefined) {
      throw new VendorProtocolError(
        `${where}: timestamp cannot be read or lies in the future`,
        state.timestamp,
      );
    }
    const forecast = await this.optional('forecast', () => this.forecastOf(vendorDeviceId, now));
    const zones = readingsOf({ state, forecast, settings: settings.get(vendorDeviceId) }, measuredAt);
    if (zones.length === 0) throw new VendorProtocolError(`${where}: neither tank nor house`, '');
    return { device, zones };
  }

  /** A day ahead once an hour; in between only what is needed of the present quarter. */
  private async forecastOf(deviceId: string, now: Instant): Promise<ThermalForecast | undefined> {
    const isDue = now - (this.lookedAheadAt.get(deviceId) ?? -Infinity) >= hourMs;
    const forecast = await this.client.forecast(deviceId, now, isDue ? dayMs : hourMs);
    if (isDue) this.lookedAheadAt.set(deviceId, now);
    return isDue ? forecast : forecast && { ...forecast, slots: forecast.slots.slice(0, 1) };
  }

  /** Get Devices Settings belongs to another package (Full Control): a supplier may not have it. */
  private async settingsOf(devices: readonly DeviceRef[]): Promise<Settings> {
    const only = devices.length === 1 ? devices[0]?.vendorDeviceId : undefined;
    const settings = await this.optional('settings', () => this.client.settings(only));
    return settings ?? new Map();
  }

  /** What a reading can do without. */
  private async optional<T>(what: string, call: () => Promise<T>): Promise<T | undefined> {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof VendorError)) throw error;
      this.context.log.debug('nox.read-without', { what, error: error.message });
      return undefined;
    }
  }

  private async readState({ vendorDeviceId }: DeviceRef, purpose: 'steer' | 'restore'): Promise<NoxState> {
    const status = await this.client.steerableStatus(vendorDeviceId, purpose);
    const startsAt = await this.context.memory.get(startKey(vendorDeviceId));
    return stateOf(status, startsAt === undefined ? undefined : Number(startsAt));
  }

  /**
   * Sends the whole schedule from the next quarter on. A schedule that arrives after its first quarter began is
   * moved by NOX, all quarters with it: then it is sent once more, with the right ones.
   */
  private async send(
    device: DeviceRef,
    { spans, own }: NoxCommand,
    purpose: 'steer' | 'restore',
  ): Promise<SendReceipt> {
    if (purpose === 'steer' && !this.maySteer) throw new VendorRejected(notAllowed);
    const submit = async (startsAt: Instant) => {
      const { vendorDeviceId } = device;
      const slots = slotsFrom(startsAt, spans);
      const body = scheduleBody(vendorDeviceId, slots, spans.length > 0 ? startsAt : undefined);
      await this.context.memory.set(startKey(vendorDeviceId), String(startsAt));
      return this.client.submitSchedule(body, purpose);
    };
    const startsAt = this.nextStart();
    // It may have waited since it was decided; without a quarter of its own it would be a write for nothing.
    if (own !== undefined && startsAt >= own.endsAt) throw new VendorRejected(tooLate);
    const first = await submit(startsAt);
    if (spans.length === 0 || first.startsAt !== startsAt + slotMs)
      return { outcome: first.outcome, words: first.words };
    const second = await submit(Math.max(first.startsAt, this.nextStart()));
    return { outcome: second.outcome, words: second.words };
  }

  private nextStart(): Instant {
    return quarterAtOrAfter(this.context.clock.now() + this.reachMs());
  }

  /** `reachRealMs` in ms of the injected clock, at most `maxReachMs`. */
  private reachMs(): number {
    const realShare = this.context.clock.realMs(minuteMs) / minuteMs;
    return realShare > 0 ? Math.min(maxReachMs, Math.ceil(reachRealMs / realShare)) : maxReachMs;
  }
}

function startKey(deviceId: string): string {
  return `schedule-start:${deviceId}`;
}
