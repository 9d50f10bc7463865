import type { Instant } from '@warmshift/domain';
import { scheduledC, type DaySchedule } from './day-schedule';
import { SimDevice, type DeviceIdentity, type StepContext } from './device';
import {
  newElementRoomState,
  stepElementRoom,
  type ElementRoomParams,
  type ElementRoomState,
} from './element-room';
import type { LocalMoment } from './local-time';
import { comfortFloors } from './records';

export const heaterModes = ['auto', 'manual', 'off'] as const;
export type HeaterMode = (typeof heaterModes)[number];

export interface HeaterSetting {
  readonly mode: HeaterMode;
  /** What `manual` holds, °C. */
  readonly manualC: number;
}

export interface HeaterTraits {
  readonly subtype: string;
  readonly gatewayId?: string | undefined;
  readonly unit: 'C' | 'F';
  /** Whether the limits of `setMode` are in the device's unit or always in °C. */
  readonly commandUnit: 'C' | 'F';
  /** Which of the two documented answers to a command this device's firmware gives. */
  readonly reply: 'A' | 'B';
  /** How the list of modes is told in the command's description. */
  readonly modeWords: 'enum' | 'options' | 'none';
  readonly daySchedule: DaySchedule;
  /** Day temperature of the schedule, °C. */
  readonly dayC: number;
}

/** An electric heater at the HeatingControl cloud. */
export class HeaterDevice extends SimDevice {
  readonly steered: ElementRoomState;
  readonly twin: ElementRoomState;
  /** What the cloud has set, and what the customer had set. */
  setting: HeaterSetting;
  customer: HeaterSetting;
  keyboardLocked = false;
  private targetNowC: number;
  private lastMoment: LocalMoment | undefined;

  constructor(
    identity: DeviceIdentity,
    readonly params: ElementRoomParams,
    readonly traits: HeaterTraits,
    setting: HeaterSetting,
    at: Instant,
  ) {
    super(identity);
    this.setting = setting;
    this.customer = setting;
    this.targetNowC = traits.dayC;
    this.steered = newElementRoomState(setting.mode === 'manual' ? setting.manualC : traits.dayC, params, at);
    this.twin = { ...this.steered };
  }

  override warmUp(step: StepContext): void {
    const moment = this.momentOf(step);
    this.move(this.steered, this.targetC(this.setting, moment), moment, step);
    const { started, powerW } = this.steered;
    this.records.countStarts(moment.dayIndex, started, started);
    this.records.power.add(step.startsAt, powerW, powerW, step.dtS);
  }

  override split(): void {
    Object.assign(this.twin, this.steered);
  }

  override step(step: StepContext): void {
    const { startsAt, dtS } = step;
    const moment = this.momentOf(step);
    this.lastMoment = moment;
    const { steered, twin, records } = this;
    const targetC = this.targetC(this.setting, moment);
    const customerC = this.targetC(this.customer, moment);
    this.move(steered, targetC, moment, step);
    this.move(twin, customerC, moment, step);
    this.targetNowC = targetC ?? this.setting.manualC;
    records.markSteered(this.steering() !== undefined, startsAt, step.realAt);
    records.countStarts(moment.dayIndex, steered.started, twin.started);
    records.power.add(startsAt, steered.powerW, twin.powerW, dtS);
    records.checkFloor('room', 'room-floor', steered.roomC, twin.roomC, comfortFloors.roomC, startsAt, dtS);
    const limitC = (customerC ?? 0) - comfortFloors.belowSetpointK;
    records.checkFloor('room', 'room-below-setpoint', steered.roomC, twin.roomC, limitC, startsAt, dtS);
  }

  override steering(): string | undefined {
    const { setting, customer } = this;
    if (sameSetting(setting, customer)) return undefined;
    return `${describe(setting)} instead of the customer's ${describe(customer)}`;
  }

  override holding(): string {
    const { mode, manualC } = this.setting;
    return mode === 'manual' ? `manual ${manualC.toFixed(2)}` : mode;
  }

  override get targets(): { readonly steeredC: number; readonly customerC: number } | undefined {
    const steeredC = this.targetC(this.setting, this.lastMoment);
    const customerC = this.targetC(this.customer, this.lastMoment);
    return steeredC === undefined || customerC === undefined ? undefined : { steeredC, customerC };
  }

  override customerSets(setpointC: number): void {
    this.customer = { mode: 'manual', manualC: onDial(setpointC, this.traits.commandUnit) };
    this.setting = this.customer;
  }

  override get temperaturesC(): { readonly room: number } {
    return { room: this.steered.roomC };
  }

  override get mustRefuse(): string | undefined {
    return this.setting.mode === 'off' ? 'switched off by its owner' : undefined;
  }

  /** °C the thermostat aims at. */
  get currentTargetC(): number {
    return this.setting.mode === 'auto' ? this.targetNowC : this.setting.manualC;
  }

  /** 0..100 of a storage heater. */
  get chargePercent(): number | undefined {
    const { store } = this.params;
    return store && Math.round((100 * this.steered.storedWh) / store.capacityWh);
  }

  private targetC(setting: HeaterSetting, moment: LocalMoment | undefined): number | undefined {
    if (setting.mode === 'off' || moment === undefined) return undefined;
    return setting.mode === 'manual'
      ? setting.manualC
      : scheduledC(this.traits.daySchedule, this.traits.dayC, moment);
  }

  private move(
    state: ElementRoomState,
    targetC: number | undefined,
    moment: LocalMoment,
    step: StepContext,
  ): void {
    const { outdoorC, startsAt, dtS } = step;
    stepElementRoom(this.params, state, targetC, outdoorC, moment.minuteOfDay, startsAt, dtS);
  }
}

/** The nearest temperature that can be set: half degrees of Celsius, whole ones of Fahrenheit. */
export function onDial(celsius: number, unit: 'C' | 'F'): number {
  if (unit === 'C') return Math.round(celsius * 2) / 2;
  return ((Math.round((celsius * 9) / 5 + 32) - 32) * 5) / 9;
}

function sameSetting(a: HeaterSetting, b: HeaterSetting): boolean {
  return a.mode === b.mode && (a.mode !== 'manual' || Math.abs(a.manualC - b.manualC) < 0.26);
}

function describe(setting: HeaterSetting): string {
  return setting.mode === 'manual' ? `manual ${setting.manualC} °C` : setting.mode;
}
