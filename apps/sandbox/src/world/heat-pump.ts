import { minuteMs, type Instant } from '@warmshift/domain';
import { disinfectionHoldC, stepDisinfection } from './disinfection';
import type { HeatPumpOrders, HeatPumpParams, HeatPumpState } from './heat-pump-types';
import { roomLoadW, stepRoom } from './room';
import { stepTank, tankCapacityWhPerK, tankLossW } from './tank';

const minOnMs = 10 * minuteMs;
const minOffMs = 10 * minuteMs;
const failsafeBandK = 3;
const roomFailsafeBandK = 0.4;
/** House temperature the machine is laid out for. */
const designRoomC = 20.5;
/** It runs this much stronger than needed, so that it cycles. */
const modulationOverLoad = 1.6;

export function newHeatPumpState(roomC: number, tankC: number, at: Instant): HeatPumpState {
  return {
    roomC,
    tankC,
    circuit: 'off',
    switchedAt: at - minOffMs,
    wantsRoom: false,
    wantsDhw: false,
    roomFailsafe: false,
    dhwFailsafe: false,
    roomPowerW: 0,
    dhwPowerW: 0,
    started: false,
    disinfection: { phase: 'idle', phaseSince: at, hotMs: 0, completed: false, skipped: false },
  };
}

/** Moves one machine and its house on by `dtS` seconds that begin at `at`. */
export function stepHeatPump(
  params: HeatPumpParams,
  state: HeatPumpState,
  orders: HeatPumpOrders,
  outdoorC: number,
  at: Instant,
  dtS: number,
): void {
  stepDisinfection(params, state, orders, at, dtS);
  decideDhw(params, state, orders);
  decideRoom(params, state, orders);
  switchCompressor(state, at);
  const roomHeatW = state.circuit === 'room' ? roomOutputW(params, outdoorC) : 0;
  state.roomPowerW = roomHeatW / roomCop(outdoorC);
  const tankHeatW = heatTank(params, state);
  state.roomC = stepRoom(params.room, state.roomC, outdoorC, roomHeatW, dtS);
  state.tankC = stepTank(params.tank, state.tankC, tankHeatW, orders.drawW, dtS);
}

/** Heat into the house while the compressor serves it, W: modulated by the weather. */
export function roomOutputW(params: HeatPumpParams, outdoorC: number): number {
  const wanted = modulationOverLoad * roomLoadW(params.room, designRoomC, outdoorC);
  return Math.min(params.roomDesignHeatW, Math.max(0.5 * params.roomDesignHeatW, wanted));
}

export function roomCop(outdoorC: number): number {
  return Math.min(5, Math.max(2.2, 3.5 + 0.07 * (outdoorC - 2)));
}

export function dhwCop(tankC: number): number {
  return Math.min(3.2, Math.max(1.8, 2.7 - 0.033 * (tankC - 45)));
}

function decideDhw(params: HeatPumpParams, state: HeatPumpState, orders: HeatPumpOrders): void {
  const { tankC } = state;
  const off = orders.dhwWord === 'off';
  state.dhwFailsafe = off && latch(state.dhwFailsafe, tankC, orders.dhwFailsafeC, failsafeBandK);
  if (state.disinfection.phase === 'heating') state.wantsDhw = true;
  else if (off) state.wantsDhw = state.dhwFailsafe;
  else if (orders.dhwWord === 'on') {
    const mayStart = tankC < orders.dhwActivationC || state.wantsDhw;
    state.wantsDhw = mayStart && tankC < Math.min(orders.dhwHighC, params.tankMaxC);
  } else {
    const startsC = orders.dhwTargetC - params.dhwHysteresisK;
    state.wantsDhw = latch(state.wantsDhw, tankC, startsC, params.dhwHysteresisK);
  }
}

function decideRoom(params: HeatPumpParams, state: HeatPumpState, orders: HeatPumpOrders): void {
  const { roomC } = state;
  const half = params.roomBandK / 2;
  const off = orders.roomWord === 'off';
  state.roomFailsafe = off && latch(state.roomFailsafe, roomC, orders.roomLowC, roomFailsafeBandK);
  if (off) state.wantsRoom = state.roomFailsafe;
  else if (orders.roomWord === 'on') {
    state.wantsRoom = latch(state.wantsRoom, roomC, orders.roomHighC - half, half);
  } else state.wantsRoom = latch(state.wantsRoom, roomC, orders.roomTargetC - half, params.roomBandK);
}

/** Two-point control: on below `onC`, off from `bandK` above it, otherwise as it was. */
function latch(was: boolean, valueC: number, onC: number, bandK: number): boolean {
  if (valueC < onC) return true;
  return valueC >= onC + bandK ? false : was;
}

/** One compressor for both circuits; it stays on and off for ten minutes at least. */
function switchCompressor(state: HeatPumpState, at: Instant): void {
  const wanted = state.wantsDhw ? 'DHW' : state.wantsRoom ? 'room' : 'off';
  state.started = false;
  if (wanted === state.circuit) return;
  const sinceMs = at - state.switchedAt;
  if (state.circuit === 'off') {
    if (sinceMs < minOffMs) return;
    state.started = true;
    state.switchedAt = at;
  } else if (wanted === 'off') {
    if (sinceMs < minOnMs) return;
    state.switchedAt = at;
  }
  state.circuit = wanted;
}

/** Heat into the tank, W; sets the power. While a run holds, the backup element makes up for the losses. */
function heatTank(params: HeatPumpParams, state: HeatPumpState): number {
  const { phase } = state.disinfection;
  const compressor = state.circuit === 'DHW' && state.tankC < params.tankMaxC;
  const compressorW = compressor ? params.dhwPowerW : 0;
  let elementW = 0;
  if (phase === 'heating' && compressor) elementW = params.backupElementW;
  if (phase === 'holding' && state.tankC < disinfectionHoldC) elementW = holdingW(params, state.tankC);
  state.dhwPowerW = compressorW + elementW;
  return compressorW * dhwCop(state.tankC) + elementW;
}

function holdingW(params: HeatPumpParams, tankC: number): number {
  const backToHoldW = (disinfectionHoldC - tankC) * tankCapacityWhPerK(params.tank) * 6;
  return Math.min(2 * params.backupElementW, tankLossW(params.tank, tankC) + backToHoldW);
}
