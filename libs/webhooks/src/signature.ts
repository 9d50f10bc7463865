import { createHmac, randomBytes } from 'node:crypto';
import type { Instant } from '@warmshift/domain';

const prefix = 'whsec_';

export function newSecret(): string {
  return `${prefix}${randomBytes(32).toString('base64')}`;
}

/** One signature as the Standard Webhooks document defines it: HMAC-SHA256 over `id.timestamp.body`, base64, version 1. */
export function signatureOf(secret: string, id: string, timestampS: number, body: string): string {
  const key = Buffer.from(secret.slice(prefix.length), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestampS}.${body}`).digest('base64')}`;
}

/** The headers of a delivery: one signature per secret, so that a receiver may know either of them. */
export function signedHeaders(
  secrets: readonly string[],
  id: string,
  now: Instant,
  body: string,
): Record<string, string> {
  const timestampS = Math.floor(now / 1000);
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestampS),
    'webhook-signature': secrets.map((secret) => signatureOf(secret, id, timestampS, body)).join(' '),
  };
}
