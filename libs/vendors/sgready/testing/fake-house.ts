import type { Instant } from '@warmshift/domain';
import { hourMs, minuteMs } from '@warmshift/domain';

const stepMs = minuteMs;
const outdoorC = 3;
/** Time constant of the house, h, and K per hour that the running heat pump adds. */
const timeConstantH = 40;
const heatingKPerH = 2;
const tankLossKPerH = 0.3;
const tankHeatingKPerH = 12;
const hysteresisK = 0.3;
const raisedByK = 1.5;

export interface HouseOptions {
  readonly setpointC: number;
  readonly roomC: number;
  /** Absent: no tank. */
  readonly tankC?: number | undefined;
  readonly ratedPowerW: number;
}

/** What somebody outside has ordered. */
export interface Override {
  readonly mode: 1 | 2 | 3 | 4;
  readonly until: Instant;
}

/**
 * A house that obeys simple physics: it cools towards the weather, a thermostat with hysteresis heats it, the tank has
 * priority, and SG-Ready state 1 keeps the heat pump off.
 */
export class FakeHouse {
  setpointC: number;
  roomC: number;
  tankC: number | undefined;
  readonly ratedPowerW: number;
  localMode: 1 | 2 | 3 | 4 = 2;
  override: Override | undefined;
  userChangedAt: Instant | undefined;
  disinfecting = false;
  /** What it does now. */
  doing: 'nothing' | 'room' | 'tank' = 'nothing';

  constructor(
    options: HouseOptions,
    private now: Instant,
  ) {
    this.setpointC = options.setpointC;
    this.roomC = options.roomC;
    this.tankC = options.tankC;
    this.ratedPowerW = options.ratedPowerW;
  }

  get mode(): 1 | 2 | 3 | 4 {
    return this.override?.mode ?? this.localMode;
  }

  get raisedSetpointC(): number {
    return this.setpointC + raisedByK;
  }

  get powerW(): number {
    return this.doing === 'nothing' ? 0 : this.ratedPowerW * 0.8;
  }

  runUntil(instant: Instant): void {
    while (this.now < instant) this.step(Math.min(stepMs, instant - this.now));
  }

  /** People come first: a change at the device ends the override. */
  userSets(setpointC: number): void {
    this.setpointC = setpointC;
    this.override = undefined;
    this.userChangedAt = this.now;
  }

  private step(ms: number): void {
    this.now += ms;
    if (this.override !== undefined && this.override.until <= this.now) this.override = undefined;
    this.decide();
    const hours = ms / hourMs;
    this.roomC -= ((this.roomC - outdoorC) / timeConstantH) * hours;
    if (this.doing === 'room') this.roomC += heatingKPerH * hours;
    if (this.tankC !== undefined) {
      this.tankC += (this.doing === 'tank' ? tankHeatingKPerH : -tankLossKPerH) * hours;
    }
  }

  private decide(): void {
    if (this.mode === 1) this.doing = 'nothing';
    else if (this.wants('tank', this.tankC, 48)) this.doing = 'tank';
    else if (this.wants('room', this.roomC, this.mode === 2 ? this.setpointC : this.raisedSetpointC))
      this.doing = 'room';
    else this.doing = 'nothing';
  }

  private wants(what: 'tank' | 'room', temperatureC: number | undefined, targetC: number): boolean {
    if (temperatureC === undefined) return false;
    const width = what === 'tank' ? 3 : hysteresisK;
    return temperatureC < (this.doing === what ? targetC + width : targetC - width);
  }
}
