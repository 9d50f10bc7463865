import { hourMs, minuteMs, type Instant } from '@warmshift/domain';
import { allDevices, createFleet, FleetZones, type Fleet, type FleetSize } from './fleet';
import type { SimDevice, StepContext, Vendor } from './device';
import { LocalTime, type LocalMoment } from './local-time';
import { Random } from './random';
import { Weather } from './weather';

export interface WorldOptions {
  readonly seed: number;
  readonly size: FleetSize;
  /** When the world begins to be watched; the homes are run for `warmUpH` hours before. */
  readonly startsAt: Instant;
  readonly warmUpH?: number | undefined;
  /** Share of customers who turn their thermostat up on a given evening, 0..1. */
  readonly overrideShare?: number | undefined;
  /** Real time, for records only. */
  readonly realNow?: (() => number) | undefined;
}

export const stepS = 30;
const stepMs = stepS * 1000;
const defaultWarmUpH = 48;

/** All homes under one weather. Nothing here depends on the wall clock: time is what `advanceTo` says. */
export class World {
  readonly startedAt: Instant;
  readonly fleet: Fleet;
  readonly devices: readonly SimDevice[];
  readonly weather: Weather;
  /** Every step of the world that ends here or before has been made. */
  now: Instant;
  private readonly byKey = new Map<string, SimDevice>();
  private readonly localTimes: readonly LocalTime[];
  private readonly realNow: () => number;

  constructor(private readonly options: WorldOptions) {
    this.startedAt = Math.floor(options.startsAt / stepMs) * stepMs;
    this.now = this.startedAt - (options.warmUpH ?? defaultWarmUpH) * hourMs;
    this.realNow = options.realNow ?? Date.now;
    this.weather = new Weather(options.seed);
    const zones = new FleetZones();
    this.fleet = createFleet(options.seed, options.size, zones, this.now);
    this.devices = allDevices(this.fleet);
    this.localTimes = zones.names.map((name) => new LocalTime(name));
    for (const device of this.devices) this.byKey.set(device.key, device);
    this.warmUp();
  }

  device(vendor: Vendor, vendorDeviceId: string): SimDevice | undefined {
    return this.byKey.get(`${vendor}/${vendorDeviceId}`);
  }

  /** Local time now where the device stands. */
  momentOf(device: SimDevice): LocalMoment {
    const time = this.localTimes[device.identity.zoneIndex];
    if (!time) throw new Error(`no local time for ${device.key}`);
    return time.at(this.now);
  }

  get outdoorC(): number {
    return this.weather.outdoorC(this.now);
  }

  /**
   * Moves the homes on in fixed steps up to `target`. `mayGoOn` is asked after every step; when it says no the rest
   * is left for the next call, so that a big world does not hold up a request. Returns whether `target` was reached.
   */
  advanceTo(target: Instant, mayGoOn: () => boolean = () => true): boolean {
    while (this.now + stepMs <= target) {
      const step = this.nextStep();
      this.customersAct(step);
      for (const device of this.devices) device.step(step);
      this.now += stepMs;
      if (!mayGoOn()) return this.now + stepMs > target;
    }
    return true;
  }

  private warmUp(): void {
    while (this.now < this.startedAt) {
      const step = this.nextStep();
      for (const device of this.devices) device.warmUp(step);
      this.now += stepMs;
    }
    for (const device of this.devices) device.split();
  }

  private nextStep(): StepContext {
    return {
      startsAt: this.now,
      realAt: this.realNow(),
      dtS: stepS,
      outdoorC: this.weather.outdoorC(this.now),
      local: this.localTimes.map((time) => time.at(this.now)),
    };
  }

  /** Some customers turn the dial up by a degree between 17:30 and 20:30 local time. */
  private customersAct(step: StepContext): void {
    const share = this.options.overrideShare ?? 0;
    if (share <= 0 || step.startsAt % minuteMs !== 0) return;
    for (const device of this.devices) {
      const moment = step.local[device.identity.zoneIndex];
      if (!moment || device.identity.zones.length === 0) continue;
      if (moment.minuteOfDay < 1050 || moment.minuteOfDay >= 1230) continue;
      const random = new Random(this.options.seed, 'override', device.key, moment.dayIndex);
      if (!random.chance(share) || random.whole(1050, 1229) !== Math.floor(moment.minuteOfDay)) continue;
      device.customerSets(random.pick([21.5, 22, 22.5]), step.startsAt);
    }
  }
}
