import { hourMs, minuteMs, type Instant } from '@warmshift/domain';
import type { HeatPumpOrders, HeatPumpParams, HeatPumpState } from './heat-pump-types';

/** The machine's own legionella programme, and what the tank really went through. */
export interface Disinfection {
  /** `waiting`: begun, but the schedule holds hot water off. */
  phase: 'idle' | 'waiting' | 'heating' | 'holding';
  phaseSince: Instant;
  /** How long the tank has been at 60 °C or more without a break; heat-ups of any cause count. */
  hotMs: number;
  /** Became complete in the last step. */
  completed: boolean;
  /** The programme gave up in the last step, to try again at its next time. */
  skipped: boolean;
}

/** Temperature that kills legionella, °C. */
export const disinfectionC = 60;
/** A run is held here, a little above the 60 °C it must not fall below. */
export const disinfectionHoldC = 62;
/** The programme waits so long for a schedule to let it begin. */
const patienceMs = 3 * hourMs;
/** A tank that is not hot by then does not get hot. */
const longestHeatUpMs = 6 * hourMs;

/** Moves the programme on; it sets `completed`/`skipped` for one step. */
export function stepDisinfection(
  params: HeatPumpParams,
  state: HeatPumpState,
  orders: HeatPumpOrders,
  at: Instant,
  dtS: number,
): void {
  const run = state.disinfection;
  const wasHotMs = run.hotMs;
  run.hotMs = state.tankC >= disinfectionC ? run.hotMs + dtS * 1000 : 0;
  run.completed = wasHotMs < params.disinfectionHoldMs && run.hotMs >= params.disinfectionHoldMs;
  run.skipped = false;
  if (orders.disinfectionDue && run.phase === 'idle') enter(run, 'waiting', at);
  const inPhaseMs = at - run.phaseSince;
  if (run.phase === 'waiting') {
    if (orders.dhwWord !== 'off') enter(run, 'heating', at);
    else if (inPhaseMs > patienceMs) giveUp(run, at);
  } else if (run.phase === 'heating') {
    if (orders.dhwWord === 'off') giveUp(run, at);
    else if (state.tankC >= disinfectionHoldC) enter(run, 'holding', at);
    else if (inPhaseMs > longestHeatUpMs) giveUp(run, at);
  } else if (run.phase === 'holding') {
    if (orders.dhwWord === 'off') giveUp(run, at);
    else if (inPhaseMs >= params.disinfectionHoldMs + 2 * minuteMs) enter(run, 'idle', at);
  }
}

function enter(run: Disinfection, phase: Disinfection['phase'], at: Instant): void {
  run.phase = phase;
  run.phaseSince = at;
}

function giveUp(run: Disinfection, at: Instant): void {
  enter(run, 'idle', at);
  run.skipped = true;
}
