import { hourMs, slotMs, type Instant, type ZoneKind } from '@warmshift/domain';
import { scheduledC, type DaySchedule } from './day-schedule';
import { SimDevice, type DeviceIdentity, type StepContext } from './device';
import type { DrawOffs } from './draw-offs';
import { newHeatPumpState, stepHeatPump } from './heat-pump';
import {
  nextSteeredSlot,
  ordersAhead,
  planned,
  wordAt,
  type HeatPumpSchedule,
  type SchedulePlan,
} from './heat-pump-schedule';
import type { HeatPumpOrders, HeatPumpParams, HeatPumpState } from './heat-pump-types';
import { comfortFloors } from './records';
import type { LocalMoment } from './local-time';

/** Settings as the vendor keeps them: room bounds are distances from the preferred temperature, tank bounds absolute. */
export interface HeatPumpSettings {
  room: {
    temperature_lower_bound: number;
    temperature_upper_bound: number;
    preferred_temperature: number;
    schedule_enabled: boolean;
    temperature_control_mode: string;
  };
  dhw: { temperature_lower_bound: number; temperature_upper_bound: number };
  optimization_settings: { pv_self_consumption: boolean; dynamic_tariff: boolean; flex_trading: boolean };
}

export interface HeatPumpTraits {
  readonly userId: string;
  readonly brand: string;
  readonly model: string;
  readonly country?: string | undefined;
  readonly legionella?:
    | { readonly frequencyPerWeeks: number; readonly capacityKwh: number; readonly durationMinutes: number }
    | undefined;
  /** Local minutes since Monday 00:00 at which the machine's own disinfection programme begins. */
  readonly programmeMinutes: readonly number[];
  readonly dhwTargetC: number;
  readonly daySchedule: DaySchedule;
  readonly needsReauthentication: boolean;
  readonly learningPeriodEnded: boolean;
}

/** Below it the vendor heats the tank although the schedule says off. */
export const dhwFailsafeC = 42;
const stepMinutes = 0.5;

/** A heat pump with its house and tank at the NOX cloud. */
export class HeatPumpDevice extends SimDevice {
  readonly steered: HeatPumpState;
  readonly twin: HeatPumpState;
  readonly customer: HeatPumpSettings;
  readonly settings: HeatPumpSettings;
  settingsUpdatedAt: Instant;
  /** What the vendor's thermal model knows: the temperatures at the last quarter hour. */
  snapshot: { readonly at: Instant; readonly roomC: number; readonly tankC: number };
  /** The schedule in force, and the one that takes its place when it starts. */
  private plan: SchedulePlan = {};

  constructor(
    identity: DeviceIdentity,
    readonly params: HeatPumpParams,
    readonly traits: HeatPumpTraits,
    settings: HeatPumpSettings,
    private readonly drawOffs: DrawOffs,
    at: Instant,
  ) {
    super(identity);
    this.customer = structuredClone(settings);
    this.settings = structuredClone(settings);
    this.settingsUpdatedAt = at - 72 * hourMs;
    this.steered = newHeatPumpState(settings.room.preferred_temperature, traits.dhwTargetC - 2, at);
    this.twin = structuredClone(this.steered);
    this.snapshot = { at, roomC: this.steered.roomC, tankC: this.steered.tankC };
  }

  override warmUp(step: StepContext): void {
    this.takeSnapshot(step.startsAt);
    const moment = this.momentOf(step);
    const orders = this.orders(this.settings, {}, step.startsAt, moment);
    stepHeatPump(this.params, this.steered, orders, step.outdoorC, step.startsAt, step.dtS);
    const { started, disinfection } = this.steered;
    this.records.countStarts(moment.dayIndex, started, started);
    if (disinfection.completed) this.recordRun(step.startsAt, true, true);
    const powerW = this.powerW;
    this.records.power.add(step.startsAt, powerW, powerW, step.dtS);
  }

  override split(): void {
    Object.assign(this.twin, structuredClone(this.steered));
  }

  override step(step: StepContext): void {
    const { startsAt, outdoorC, dtS } = step;
    this.takeSnapshot(startsAt);
    const moment = this.momentOf(step);
    const orders = this.orders(this.settings, this.plan, startsAt, moment);
    const twinOrders = this.orders(this.customer, {}, startsAt, moment);
    stepHeatPump(this.params, this.steered, orders, outdoorC, startsAt, dtS);
    stepHeatPump(this.params, this.twin, twinOrders, outdoorC, startsAt, dtS);
    this.records.markSteered(this.steeringAt(startsAt) !== undefined, startsAt, step.realAt);
    this.record(twinOrders.roomTargetC, moment, step);
  }

  override steering(now: Instant): string | undefined {
    if (!sameSettings(this.settings, this.customer)) return 'settings differ from the customer’s';
    const next = nextSteeredSlot(this.plan, now);
    if (next === undefined) return undefined;
    return next > now ? `schedule steers from ${new Date(next).toISOString()}` : this.steeringAt(now);
  }

  override holding(now: Instant): string {
    return JSON.stringify([this.settings, ordersAhead(this.plan, now)]);
  }

  override customerSets(setpointC: number, now: Instant): void {
    this.customer.room.preferred_temperature = setpointC;
    this.settings.room.preferred_temperature = setpointC;
    this.settingsUpdatedAt = now;
  }

  override get temperaturesC(): Readonly<Record<ZoneKind, number>> {
    return { DHW: this.steered.tankC, room: this.steered.roomC };
  }

  override get mustRefuse(): string | undefined {
    if (!this.settings.optimization_settings.flex_trading) return 'flex_trading is off';
    if (this.traits.needsReauthentication) return 'needs reauthentication';
    return this.traits.learningPeriodEnded ? undefined : 'still learning';
  }

  /** The word in force for one circuit. */
  word(zone: ZoneKind, at: Instant): ReturnType<typeof wordAt> {
    return wordAt(this.plan, zone, at);
  }

  /** The one taken last, in force or not yet. */
  get schedule(): HeatPumpSchedule | undefined {
    return this.plan.next;
  }

  /** The vendor takes a new schedule: the old one runs on until the new one starts. */
  take(schedule: HeatPumpSchedule, now: Instant): void {
    this.plan = planned(this.plan, schedule, now);
  }

  get powerW(): number {
    return this.steered.roomPowerW + this.steered.dhwPowerW;
  }

  /** Hot water is triggered below it: the machine's own hysteresis point. */
  get activationLimitC(): number {
    return this.traits.dhwTargetC - this.params.dhwHysteresisK + 1.5;
  }

  private takeSnapshot(at: Instant): void {
    if (at % slotMs !== 0 || !this.reachable) return;
    this.snapshot = { at, roomC: this.steered.roomC, tankC: this.steered.tankC };
  }

  private steeringAt(at: Instant): string | undefined {
    const dhw = this.word('DHW', at);
    const room = this.word('room', at);
    if (dhw === 'auto' && room === 'auto') return undefined;
    return `schedule says DHW ${dhw}, room ${room}`;
  }

  private orders(
    settings: HeatPumpSettings,
    plan: SchedulePlan,
    at: Instant,
    moment: LocalMoment,
  ): HeatPumpOrders {
    const { room, dhw } = settings;
    const preferredC = room.preferred_temperature;
    const roomTargetC = room.schedule_enabled
      ? scheduledC(this.traits.daySchedule, preferredC, moment)
      : preferredC;
    const heats = room.temperature_control_mode !== 'off' && room.temperature_control_mode !== 'cooling';
    return {
      roomWord: heats ? wordAt(plan, 'room', at) : 'off',
      roomTargetC,
      roomLowC: heats ? Math.min(preferredC - room.temperature_lower_bound, roomTargetC - 0.3) : 5,
      roomHighC: preferredC + room.temperature_upper_bound,
      dhwWord: wordAt(plan, 'DHW', at),
      dhwTargetC: this.traits.dhwTargetC,
      dhwFailsafeC,
      dhwHighC: dhw.temperature_upper_bound,
      dhwActivationC: this.activationLimitC,
      drawW: this.drawOffs.powerW(moment),
      disinfectionDue: this.programmeBegins(moment),
    };
  }

  private programmeBegins(moment: LocalMoment): boolean {
    const now = moment.weekday * 1440 + moment.minuteOfDay;
    for (const minute of this.traits.programmeMinutes) {
      if (now >= minute && now < minute + stepMinutes) return true;
    }
    return false;
  }

  private record(customerRoomC: number, moment: LocalMoment, { startsAt, dtS }: StepContext): void {
    const { steered, twin, records } = this;
    const twinPowerW = twin.roomPowerW + twin.dhwPowerW;
    records.power.add(startsAt, this.powerW, twinPowerW, dtS);
    records.countStarts(moment.dayIndex, steered.started, twin.started);
    const limitC = customerRoomC - comfortFloors.belowSetpointK;
    records.checkFloor('room', 'room-floor', steered.roomC, twin.roomC, comfortFloors.roomC, startsAt, dtS);
    records.checkFloor('room', 'room-below-setpoint', steered.roomC, twin.roomC, limitC, startsAt, dtS);
    records.checkFloor('DHW', 'tank-floor', steered.tankC, twin.tankC, comfortFloors.tankC, startsAt, dtS);
    if (steered.disinfection.skipped) records.disinfections.skipped.push(startsAt);
    this.recordRun(startsAt, steered.disinfection.completed, twin.disinfection.completed);
  }

  private recordRun(at: Instant, steered: boolean, twin: boolean): void {
    if (steered) this.records.disinfections.steered.push(at);
    if (twin) this.records.disinfections.twin.push(at);
  }
}

function sameSettings(a: HeatPumpSettings, b: HeatPumpSettings): boolean {
  return (
    a.room.preferred_temperature === b.room.preferred_temperature &&
    a.room.temperature_lower_bound === b.room.temperature_lower_bound &&
    a.room.temperature_upper_bound === b.room.temperature_upper_bound &&
    a.room.schedule_enabled === b.room.schedule_enabled &&
    a.room.temperature_control_mode === b.room.temperature_control_mode &&
    a.dhw.temperature_lower_bound === b.dhw.temperature_lower_bound &&
    a.dhw.temperature_upper_bound === b.dhw.temperature_upper_bound
  );
}
