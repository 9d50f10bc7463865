import { slotMs, type Instant, type ZoneKind } from '@warmshift/domain';
import type { SlotWord } from './heat-pump-types';

export const scheduleSlots = 96;

/** A steering schedule of 24 h, replaced as a whole. After its end the device is by itself again. */
export interface HeatPumpSchedule {
  /** On a quarter hour. */
  readonly startsAt: Instant;
  readonly words: Readonly<Record<ZoneKind, readonly SlotWord[]>>;
}

/** The next quarter hour, or `at` itself when it is exactly one. */
export function nextQuarter(at: Instant): Instant {
  return Math.ceil(at / slotMs) * slotMs;
}

/** What holds now, and what takes its place at its own start. */
export interface SchedulePlan {
  readonly current?: HeatPumpSchedule | undefined;
  readonly next?: HeatPumpSchedule | undefined;
}

/** The plan after a new schedule was taken: the one in force goes on until then, one that had not begun is forgotten. */
export function planned(plan: SchedulePlan, schedule: HeatPumpSchedule, now: Instant): SchedulePlan {
  return { current: inForce(plan, now), next: schedule };
}

/** The word that holds at an instant; `auto` before the start and after the end. */
export function wordAt(plan: SchedulePlan, zone: ZoneKind, at: Instant): SlotWord {
  const schedule = inForce(plan, at);
  if (!schedule) return 'auto';
  return schedule.words[zone][Math.floor((at - schedule.startsAt) / slotMs)] ?? 'auto';
}

/** The first instant from `at` on whose word is not `auto`, in any zone. */
export function nextSteeredSlot(plan: SchedulePlan, at: Instant): Instant | undefined {
  const until = plan.next === undefined ? Infinity : plan.next.startsAt;
  const current = plan.current && at < until ? firstSteered(plan.current, at) : undefined;
  if (current !== undefined && current < until) return current;
  return plan.next && firstSteered(plan.next, at);
}

/**
 * What a plan still orders from `at` on, in absolute time; also whether a schedule with orders is there at all, for the
 * tank's own limit depends on that until a neutral one takes its place.
 */
export function ordersAhead(plan: SchedulePlan, at: Instant): readonly string[] {
  const first = Math.floor(at / slotMs) * slotMs;
  const orders: string[] = [];
  for (let slot = first; slot < first + 2 * scheduleSlots * slotMs; slot += slotMs) {
    for (const zone of ['DHW', 'room'] as const) {
      const word = wordAt(plan, zone, slot);
      if (word !== 'auto') orders.push(`${zone} ${word} ${slot}`);
    }
  }
  if (plan.next && !isAllAuto(plan.next.words)) orders.push('kept');
  return orders;
}

function inForce({ current, next }: SchedulePlan, at: Instant): HeatPumpSchedule | undefined {
  return next !== undefined && at >= next.startsAt ? next : current;
}

function firstSteered({ startsAt, words }: HeatPumpSchedule, at: Instant): Instant | undefined {
  const first = Math.max(0, Math.floor((at - startsAt) / slotMs));
  for (let slot = first; slot < scheduleSlots; slot++) {
    if ((words.DHW[slot] ?? 'auto') !== 'auto' || (words.room[slot] ?? 'auto') !== 'auto') {
      return Math.max(at, startsAt + slot * slotMs);
    }
  }
  return undefined;
}

/** Whether the words steer anything at all. */
export function isAllAuto(words: HeatPumpSchedule['words']): boolean {
  return words.DHW.every((word) => word === 'auto') && words.room.every((word) => word === 'auto');
}

/** First slot of a run of `on` that is longer than `most`. */
export function tooLongRun(words: readonly SlotWord[], most: number): number | undefined {
  let run = 0;
  for (const [slot, word] of words.entries()) {
    run = word === 'on' ? run + 1 : 0;
    if (run > most) return slot - most;
  }
  return undefined;
}
