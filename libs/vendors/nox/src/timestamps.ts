import type { Instant } from '@warmshift/domain';

const shape =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)\s*(Z|[+-]\d{2}:?\d{2})?$/i;

/**
 * Reads the four forms in which NOX writes an instant: `2025-01-15 12:15:12`, `2025-04-30 08:15`,
 * `2025-05-01T07:45:00.000Z` and `2026-04-17T09:27:09.224000+00:00`. Without a zone it is UTC. `undefined` for anything else.
 */
export function parseTimestamp(text: string): Instant | undefined {
  const match = shape.exec(text.trim());
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const parts = [year, month, day, hour, minute, second ?? '0'].map(Number);
  const [y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0] = parts;
  const ms = Number((fraction ?? '').padEnd(3, '0').slice(0, 3));
  if (mo < 1 || mo > 12 || d < 1 || d > daysIn(y, mo) || h > 23 || mi > 59 || s > 59) return undefined;
  const offsetMinutes = offsetOf(zone);
  if (offsetMinutes === undefined) return undefined;
  return Date.UTC(y, mo - 1, d, h, mi, s, ms) - offsetMinutes * 60_000;
}

/** `2026-01-15T17:00:00Z`: ISO 8601 in UTC, to the second. */
export function formatTimestamp(at: Instant): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function offsetOf(zone: string | undefined): number | undefined {
  if (zone === undefined || zone.toUpperCase() === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(-2));
  if (hours > 14 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}
