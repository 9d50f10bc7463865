import { hourMs, minuteMs, type Instant } from '../fleet';

/** `2026-11-24 17:05 UTC`, for sentences to operators. */
export function utcMinute(instant: Instant): string {
  if (!(Math.abs(instant) <= 8.64e15)) return 'an unknown time';
  return `${new Date(instant).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** `45 min`, `2 h`, `2 h 30 min`; whole minutes. */
export function inWords(durationMs: number): string {
  if (!Number.isFinite(durationMs)) return 'an unknown time';
  const minutes = Math.round(durationMs / minuteMs);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  const hours = Math.floor((minutes * minuteMs) / hourMs);
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}

/** At most one decimal: `17`, `23.5`. */
export function oneDecimal(value: number): string {
  return String(Math.round(value * 10) / 10);
}
