import { minuteMs, type Instant } from '@warmshift/domain';
import { SimDevice, type DeviceIdentity, type StepContext } from './device';
import {
  newElementRoomState,
  stepElementRoom,
  type ElementRoomParams,
  type ElementRoomState,
} from './element-room';
import type { LocalMoment } from './local-time';
import { comfortFloors } from './records';

export type HomeMode = 'DAY' | 'NIGHT' | 'ECO';
export type ModeKey = 'day' | 'night' | 'eco';
export type Setpoints = Record<ModeKey | 'temp', number>;

export interface ModeTimepoint {
  readonly minuteOfDay: number;
  readonly mode: HomeMode;
}

/** Which mode the home is in: ECO by hand, its schedule, or what it was when the schedule was switched off. */
export interface HomeSetting {
  readonly eco: boolean;
  readonly auto: boolean;
  readonly fixed: HomeMode;
}

/** A home at the Istabai cloud: one mode for all its rooms. */
export class ThermostatHome {
  readonly rooms: ThermostatRoom[] = [];
  setting: HomeSetting;
  customer: HomeSetting;

  constructor(
    readonly id: number,
    readonly name: string,
    readonly timeZone: string,
    readonly zoneIndex: number,
    /** Sorted by minute; the same every day. */
    readonly timepoints: readonly ModeTimepoint[],
    setting: HomeSetting,
  ) {
    this.setting = setting;
    this.customer = setting;
  }

  modeFor(setting: HomeSetting, moment: LocalMoment): HomeMode {
    if (setting.eco) return 'ECO';
    return setting.auto ? this.scheduled(moment.minuteOfDay) : setting.fixed;
  }

  /** The next change of the schedule; absent when ECO or the schedule being off stands against it. */
  nextMode(
    moment: LocalMoment,
    now: Instant,
  ): { readonly mode: HomeMode; readonly startsAt: Instant } | undefined {
    if (this.setting.eco || !this.setting.auto) return undefined;
    const later = this.timepoints.find((point) => point.minuteOfDay > moment.minuteOfDay);
    const next = later ?? this.timepoints[0];
    if (!next) return undefined;
    const minutes = next.minuteOfDay - moment.minuteOfDay + (later ? 0 : 1440);
    return { mode: next.mode, startsAt: now + minutes * minuteMs };
  }

  private scheduled(minuteOfDay: number): HomeMode {
    const begun = this.timepoints.filter((point) => point.minuteOfDay <= minuteOfDay);
    return (begun.at(-1) ?? this.timepoints.at(-1))?.mode ?? 'DAY';
  }
}

export interface RoomTraits {
  readonly roomId: number;
  readonly readOnly: boolean;
  readonly faulty: boolean;
  readonly minC: number;
  readonly maxC: number;
  readonly battery: number;
  readonly signal: number;
  /** The sensor reports every so many ms. */
  readonly reportEveryMs: number;
}

/** A room with an electric radiator: the Istabai cloud's device. */
export class ThermostatRoom extends SimDevice {
  readonly steered: ElementRoomState;
  readonly twin: ElementRoomState;
  readonly setpoints: Setpoints;
  readonly customer: Setpoints;
  reportedC: number;
  reportedAt: Instant;
  private mode: HomeMode = 'DAY';

  constructor(
    identity: DeviceIdentity,
    readonly home: ThermostatHome,
    readonly params: ElementRoomParams,
    readonly traits: RoomTraits,
    setpoints: Setpoints,
    at: Instant,
  ) {
    super(identity);
    this.setpoints = { ...setpoints };
    this.customer = { ...setpoints };
    this.steered = newElementRoomState(setpoints.day, params, at);
    this.twin = { ...this.steered };
    this.reportedC = setpoints.day;
    this.reportedAt = at;
  }

  override warmUp(step: StepContext): void {
    const moment = this.momentOf(step);
    this.move(this.steered, this.setpoints, this.home.modeFor(this.home.setting, moment), step);
    const { started, powerW } = this.steered;
    this.records.countStarts(moment.dayIndex, started, started);
    this.records.power.add(step.startsAt, powerW, powerW, step.dtS);
    this.report(step.startsAt);
  }

  override split(): void {
    Object.assign(this.twin, this.steered);
  }

  override step(step: StepContext): void {
    const { startsAt, dtS } = step;
    const moment = this.momentOf(step);
    const { steered, twin, records, home } = this;
    this.mode = home.modeFor(home.setting, moment);
    const twinMode = home.modeFor(home.customer, moment);
    this.move(steered, this.setpoints, this.mode, step);
    const customerC = this.move(twin, this.customer, twinMode, step);
    records.markSteered(this.steering() !== undefined, startsAt, step.realAt);
    records.countStarts(moment.dayIndex, steered.started, twin.started);
    records.power.add(startsAt, steered.powerW, twin.powerW, dtS);
    records.checkFloor('room', 'room-floor', steered.roomC, twin.roomC, comfortFloors.roomC, startsAt, dtS);
    const limitC = customerC - comfortFloors.belowSetpointK;
    records.checkFloor('room', 'room-below-setpoint', steered.roomC, twin.roomC, limitC, startsAt, dtS);
    if (this.reachable) this.report(startsAt);
  }

  override steering(): string | undefined {
    const { setting, customer } = this.home;
    if (setting.eco !== customer.eco || setting.auto !== customer.auto)
      return 'home mode differs from the customer’s';
    for (const key of ['day', 'night', 'eco', 'temp'] as const) {
      if (Math.abs(this.setpoints[key] - this.customer[key]) > 0.05) {
        return `${key} ${this.setpoints[key]} °C instead of the customer's ${this.customer[key]} °C`;
      }
    }
    return undefined;
  }

  override holding(): string {
    return JSON.stringify({ ...this.setpoints, ...this.home.setting });
  }

  override get targets(): { readonly steeredC: number; readonly customerC: number } {
    const key = modeKey(this.mode);
    return { steeredC: this.setpoints[key], customerC: this.customer[key] };
  }

  override get temperaturesC(): { readonly room: number } {
    return { room: this.steered.roomC };
  }

  override get mustRefuse(): string | undefined {
    if (this.traits.readOnly) return 'read only';
    return this.traits.faulty ? 'faulty sensor' : undefined;
  }

  override customerSets(setpointC: number): void {
    const key = modeKey(this.mode);
    this.setpoints[key] = setpointC;
    this.customer[key] = setpointC;
  }

  private move(state: ElementRoomState, setpoints: Setpoints, mode: HomeMode, step: StepContext): number {
    const targetC = setpoints[modeKey(mode)];
    stepElementRoom(this.params, state, targetC, step.outdoorC, 0, step.startsAt, step.dtS);
    return targetC;
  }

  private report(at: Instant): void {
    if (at - this.reportedAt < this.traits.reportEveryMs) return;
    this.reportedAt = at;
    this.reportedC = this.steered.roomC;
  }
}

export function modeKey(mode: HomeMode): ModeKey {
  return mode === 'DAY' ? 'day' : mode === 'NIGHT' ? 'night' : 'eco';
}
