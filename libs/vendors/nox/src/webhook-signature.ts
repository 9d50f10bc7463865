import { createHmac, timingSafeEqual } from 'node:crypto';

/** Longest difference between the signed time stamp and our clock. */
export const maxTimestampAgeMs = 5 * 60_000;

export interface SignedWebhook {
  /** As it came over the wire, byte for byte. */
  readonly rawBody: Uint8Array;
  /** `X-Webhook-Timestamp`: Unix seconds. */
  readonly timestamp: string | undefined;
  /** `X-Webhook-Signature`: `sha256=` and 64 lower-case hexadecimal digits. */
  readonly signature: string | undefined;
}

/**
 * What the signature covers. The guide (NOX Energy, Partner Webhooks) names the algorithm, the key and that the time stamp takes
 * part; the exact text is **not published**. Ours is a proposal, in this one place: `timestamp.body` as is usual elsewhere, or the
 * body alone. With the second a captured delivery could be sent again with a fresh time stamp: its id is still known for
 * a day, and all that a webhook can do is make us read again.
 */
function signedTexts({ rawBody, timestamp = '' }: SignedWebhook): readonly Uint8Array[] {
  return [Buffer.concat([Buffer.from(`${timestamp}.`, 'utf8'), rawBody]), rawBody];
}

/** Whether one of the proposed texts was signed with the key. Takes as long for a wrong signature as for a right one. */
export function isSignedWith(apiKey: string, webhook: SignedWebhook): boolean {
  const given = digestOf(webhook.signature);
  let valid = false;
  for (const text of signedTexts(webhook)) {
    const expected = createHmac('sha256', apiKey).update(text).digest();
    valid = timingSafeEqual(expected, given ?? Buffer.alloc(expected.length)) || valid;
  }
  return valid && given !== undefined;
}

/**
 * The instant of the time stamp; `undefined` when it is none, or further than `toleranceMs` from `now` (ms of the
 * injected clock) on either side.
 */
export function freshTimestamp(
  timestamp: string | undefined,
  now: number,
  toleranceMs: number,
): number | undefined {
  if (timestamp === undefined || !/^\d{1,12}$/.test(timestamp)) return undefined;
  const at = Number(timestamp) * 1000;
  return Math.abs(now - at) <= toleranceMs ? at : undefined;
}

function digestOf(signature: string | undefined): Buffer | undefined {
  const hex = /^sha256=([0-9a-f]{64})$/.exec(signature ?? '')?.[1];
  return hex === undefined ? undefined : Buffer.from(hex, 'hex');
}
