import type { LocalMoment } from './local-time';
import type { Random } from './random';

/** When a household wants its day temperature; outside it is the night temperature. Local minutes. */
export interface DaySchedule {
  readonly wakeMinute: number;
  readonly bedMinute: number;
  readonly weekendLieInMinutes: number;
  /** 0 for households that keep one temperature. */
  readonly setbackK: number;
}

export function isDay(schedule: DaySchedule, moment: LocalMoment): boolean {
  const lieIn = moment.weekday >= 5 ? schedule.weekendLieInMinutes : 0;
  return moment.minuteOfDay >= schedule.wakeMinute + lieIn && moment.minuteOfDay < schedule.bedMinute;
}

/** °C wanted now when `dayC` is wanted by day. */
export function scheduledC(schedule: DaySchedule, dayC: number, moment: LocalMoment): number {
  return isDay(schedule, moment) ? dayC : dayC - schedule.setbackK;
}

export function randomDaySchedule(random: Random, setbackShare: number, setbackMaxK: number): DaySchedule {
  const setbackK = random.chance(setbackShare) ? Math.round(random.between(0.5, setbackMaxK) * 2) / 2 : 0;
  return {
    wakeMinute: Math.round(random.between(5.5, 7) * 4) * 15,
    bedMinute: Math.round(random.between(21.75, 23.25) * 4) * 15,
    weekendLieInMinutes: random.pick([0, 30, 60]),
    setbackK,
  };
}
