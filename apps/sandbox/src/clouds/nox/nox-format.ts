import type { Instant } from '@warmshift/domain';

export const energySupplier = 'Sandbox Energy';

/** `2025-01-15 12:15:12`: UTC without saying so, as the vendor prints it. */
export function utcSeconds(at: Instant): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}

/** `2026-04-17T09:27:09.224000+00:00`: the other form the vendor prints. */
export function utcMicroseconds(at: Instant): string {
  return new Date(at).toISOString().replace('Z', '000+00:00');
}

/** ISO 8601 with or without `Z`; without it is UTC, too. Undefined when it is not a time. */
export function parseUtc(text: string): Instant | undefined {
  if (!/^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/.test(text)) return undefined;
  const iso = text.replace(' ', 'T');
  const at = Date.parse(/(Z|[+-]\d{2}:?\d{2})$/.test(iso) ? iso : `${iso}Z`);
  return Number.isNaN(at) ? undefined : at;
}

export function rounded(value: number, digits = 2): number {
  const factor = 10 ** digits;
  return Math.round(value * factor) / factor;
}
