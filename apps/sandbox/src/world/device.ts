import type { DeviceKind, Instant, ZoneKind } from '@warmshift/domain';
import type { LocalMoment } from './local-time';
import { DeviceRecords } from './records';

export const vendors = ['heatingcontrol', 'istabai', 'nox', 'microclimates'] as const;
export type Vendor = (typeof vendors)[number];

/** One step of the world. */
export interface StepContext {
  readonly startsAt: Instant;
  /** The machine's own time, for the records of when steering began and ended. */
  readonly realAt: number;
  readonly dtS: number;
  readonly outdoorC: number;
  /** Local time by the index of a device's zone. */
  readonly local: readonly LocalMoment[];
}

export interface DeviceIdentity {
  readonly vendor: Vendor;
  readonly vendorDeviceId: string;
  readonly kind: DeviceKind;
  readonly homeId: string;
  readonly name: string;
  readonly timeZone: string;
  /** Into `StepContext.local`. */
  readonly zoneIndex: number;
  readonly zones: readonly ZoneKind[];
  /** Largest electric power, W; 0 for what draws none. */
  readonly ratedPowerW: number;
  /** Absent: no statement. */
  readonly maxCyclesPerDay?: number | undefined;
}

/**
 * One listed device, simulated twice: as its vendor's cloud steers it, and as its twin that only its customer sets.
 */
export abstract class SimDevice {
  readonly records = new DeviceRecords();
  /** Cut off from its cloud for good; the home goes on by itself. */
  offline = false;
  /** Cut off for now, by a fault that somebody switched on. */
  cutOff = false;

  constructor(readonly identity: DeviceIdentity) {}

  /** Before the start only one of the two needs to be moved. */
  abstract warmUp(step: StepContext): void;
  /** The twin becomes an exact copy of the steered home. */
  abstract split(): void;
  abstract step(step: StepContext): void;
  /** In words what the device does otherwise than its customer set; absent: nothing. */
  abstract steering(now: Instant): string | undefined;
  /** The customer turns the dial: both homes follow, and whoever steers should notice. */
  abstract customerSets(setpointC: number, now: Instant): void;

  /** What it is told to do from now on, in a form that is equal exactly when that is the same. */
  abstract holding(now: Instant): string;

  /** °C that the room is held at now, as set from outside and as the customer set it; absent: no such number. */
  get targets(): { readonly steeredC: number; readonly customerC: number } | undefined {
    return undefined;
  }

  /** °C now per zone, as it really is. */
  get temperaturesC(): Readonly<Partial<Record<ZoneKind, number>>> {
    return {};
  }
  /** Why its vendor lets nobody steer it, or why nobody should; absent: it can be steered. */
  get mustRefuse(): string | undefined {
    return undefined;
  }

  get reachable(): boolean {
    return !this.offline && !this.cutOff;
  }

  get key(): string {
    return `${this.identity.vendor}/${this.identity.vendorDeviceId}`;
  }

  protected momentOf(step: StepContext): LocalMoment {
    const moment = step.local[this.identity.zoneIndex];
    if (!moment) throw new Error(`no local time for zone ${this.identity.zoneIndex}`);
    return moment;
  }
}

/** Something listed that has no physics: gateways and sites. */
export class PassiveDevice extends SimDevice {
  override warmUp(): void {}
  override split(): void {}
  override step(): void {}
  override steering(): string | undefined {
    return undefined;
  }
  override holding(): string {
    return '';
  }
  override customerSets(): void {
    throw new Error('has no setpoint');
  }
}
