import { UsageError } from '../errors';

const minuteMs = 60_000;

/**
 * An instant of an option: ISO 8601 with its offset; `17:00`, the next time it is 17:00 on this machine's wall; or, where
 * there is a start, `+2h`, `+90m`, `+1h30m` after it.
 * @param after what the wall times and durations count from, epoch ms.
 * @throws UsageError that names the option.
 */
export function instantOf(text: string, option: string, after: number, canBeLength = false): string {
  const instant =
    isoInstant(text) ?? wallInstant(text, after) ?? (canBeLength ? later(text, after) : undefined);
  if (instant !== undefined) return new Date(instant).toISOString();
  const length = canBeLength ? ', or a length like +2h or +90m' : '';
  throw new UsageError(
    `${option} must be a time like 2026-01-15T17:00:00+01:00 (with its offset, or Z), or 17:00 on this machine's clock${length}.`,
  );
}

function isoInstant(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/.test(text)) return undefined;
  const instant = Date.parse(text);
  return Number.isNaN(instant) ? undefined : instant;
}

function wallInstant(text: string, after: number): number | undefined {
  const [, hours, minutes] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  if (hours === undefined || minutes === undefined) return undefined;
  const date = new Date(after);
  date.setHours(Number(hours), Number(minutes), 0, 0);
  if (date.getTime() <= after) date.setDate(date.getDate() + 1);
  return date.getTime();
}

function later(text: string, after: number): number | undefined {
  const [whole, hours = '0', minutes = '0'] = /^\+(?:(\d{1,3})h)?(?:(\d{1,4})m)?$/.exec(text) ?? [];
  if (whole === undefined || whole === '+') return undefined;
  return after + (Number(hours) * 60 + Number(minutes)) * minuteMs;
}
