import { z } from 'zod';

/** Why a text is not a value of this setting. Never contains the text itself: it may be a secret. */
export class Refusal {
  constructor(readonly reason: string) {}
}

/** A setting read from text by `read`, which answers with the value or a `Refusal`. */
export function textSetting<T>(read: (text: string) => T | Refusal) {
  return z.string().transform((text, context): T => {
    const value = read(text);
    if (!(value instanceof Refusal)) return value;
    context.addIssue({ code: 'custom', message: value.reason });
    return z.NEVER;
  });
}

export function readInteger(lowest: number, highest: number) {
  return (text: string): number | Refusal => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= lowest && value <= highest) return value;
    return new Refusal(`must be a whole number from ${lowest} to ${highest}`);
  };
}

export function readBoolean(text: string): boolean | Refusal {
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  return new Refusal('must be true, false, 1 or 0');
}

/** Keeps the text: drivers parse it themselves, and differ in what they take. */
export function readUrl(...schemes: readonly string[]) {
  return (text: string): string | Refusal => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const reason = `must be a URL that starts with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`;
    if (!url || !schemes.includes(url.protocol.slice(0, -1)) || url.hostname === '')
      return new Refusal(reason);
    return text;
  };
}

export function readHost(text: string): string | Refusal {
  return /^[A-Za-z0-9.:_-]+$/.test(text) ? text : new Refusal('must be a host name or an IP address');
}

/** An ISO 8601 instant with its offset, or whole epoch milliseconds. */
export function readInstant(text: string): number | Refusal {
  const isIso = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(text);
  const instant = isIso ? Date.parse(text) : /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isFinite(instant)) return instant;
  return new Refusal('must be an instant such as 2026-01-15T16:00:00Z, or epoch milliseconds');
}

export function readScale(text: string): number | Refusal {
  const scale = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && scale > 0 && scale <= 100_000) return scale;
  return new Refusal('must be a number above 0 and at most 100000');
}
