import type { Instant, Span } from '../fleet';

/**
 * Starts to be assumed for the part of a local day in which nobody watched the device, because it came into the fleet only then:
 *
 *     startsPerDay × share of the day before `watchedFrom`, rounded up
 *
 * @param day from its first instant to the first instant of the next, as long as it really is (`calendarDayAt`): 23, 24 or 25 h.
 * @param watchedFrom when the device came into the fleet. Before the day: 0, all of it is watched. After it: the whole day counts.
 */
export function unseenStarts(day: Span, watchedFrom: Instant, startsPerDay: number): number {
  const dayLastsMs = day.endsAt - day.startsAt;
  const unwatchedMs = Math.min(dayLastsMs, Math.max(0, watchedFrom - day.startsAt));
  return Math.ceil((startsPerDay * unwatchedMs) / dayLastsMs);
}
