import type { Instant } from '@warmshift/domain';
import { stepRoom, type RoomParams } from './room';

/** A room with an electric element behind a two-point thermostat. */
export interface ElementRoomParams {
  readonly room: RoomParams;
  readonly ratedPowerW: number;
  /** Whole width of the thermostat's band. */
  readonly bandK: number;
  /** Storage heaters only. */
  readonly store?: HeatStoreParams | undefined;
}

export interface HeatStoreParams {
  readonly capacityWh: number;
  /** Heat it can give the room, W. */
  readonly outputW: number;
  /** Local minutes of the cheap hours in which it charges; the span passes midnight. */
  readonly chargeFromMinute: number;
  readonly chargeToMinute: number;
}

export interface ElementRoomState {
  roomC: number;
  /** The thermostat calls for heat. */
  calling: boolean;
  /** The element draws power. */
  elementOn: boolean;
  powerW: number;
  /** The element came on in the last step. */
  started: boolean;
  /** Heat in the store, Wh. */
  storedWh: number;
  switchedAt: Instant;
}

export function newElementRoomState(roomC: number, params: ElementRoomParams, at: Instant): ElementRoomState {
  const storedWh = (params.store?.capacityWh ?? 0) * 0.6;
  return { roomC, calling: false, elementOn: false, powerW: 0, started: false, storedWh, switchedAt: at };
}

/** Moves one room on by `dtS` seconds. `targetC` absent: switched off. */
export function stepElementRoom(
  params: ElementRoomParams,
  state: ElementRoomState,
  targetC: number | undefined,
  outdoorC: number,
  minuteOfDay: number,
  at: Instant,
  dtS: number,
): void {
  const half = params.bandK / 2;
  if (targetC === undefined) state.calling = false;
  else if (state.roomC < targetC - half) state.calling = true;
  else if (state.roomC >= targetC + half) state.calling = false;
  const heatW = params.store
    ? runStore(params, params.store, state, targetC !== undefined, minuteOfDay, at, dtS)
    : runElement(params, state, at);
  state.roomC = stepRoom(params.room, state.roomC, outdoorC, heatW, dtS);
}

function runElement(params: ElementRoomParams, state: ElementRoomState, at: Instant): number {
  switchElement(params, state, state.calling, at);
  return state.powerW;
}

/** Charges in the cheap hours; what the room gets comes from the store. */
function runStore(
  params: ElementRoomParams,
  store: HeatStoreParams,
  state: ElementRoomState,
  enabled: boolean,
  minuteOfDay: number,
  at: Instant,
  dtS: number,
): number {
  const cheap = minuteOfDay >= store.chargeFromMinute || minuteOfDay < store.chargeToMinute;
  const full = state.storedWh >= store.capacityWh * (state.elementOn ? 1 : 0.95);
  const empty = state.storedWh < store.capacityWh * (state.elementOn ? 0.12 : 0.05);
  switchElement(params, state, enabled && ((cheap && !full) || empty), at);
  const wantedW = state.calling ? store.outputW : 0;
  const heatW = Math.min(wantedW, (state.storedWh * 3600) / dtS);
  state.storedWh += ((state.powerW - heatW) * dtS) / 3600;
  return heatW;
}

function switchElement(params: ElementRoomParams, state: ElementRoomState, on: boolean, at: Instant): void {
  state.started = on && !state.elementOn;
  if (on !== state.elementOn) state.switchedAt = at;
  state.elementOn = on;
  state.powerW = on ? params.ratedPowerW : 0;
}
