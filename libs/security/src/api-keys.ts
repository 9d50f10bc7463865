import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

export interface NewApiKey {
  /** Shown once to the person who made it; never stored. */
  readonly key: string;
  /** Finds the row and is shown in lists and logs. */
  readonly prefix: string;
  readonly hash: string;
}

/** A presented key, taken apart: `prefix` to find the row with, `hash` to compare with the stored one. */
export type ParsedApiKey = Omit<NewApiKey, 'key'>;

/** `ws_live_<12 hex>_<64 hex>`: recognisable by secret scanners, 256 random bits in the last part. */
const ownForm = /^ws_live_([0-9a-f]{12})_[0-9a-f]{64}$/;
const foreignForm = /^[\x21-\x7e]{32,200}$/;

export function newApiKey(): NewApiKey {
  const prefix = randomBytes(6).toString('hex');
  const key = `ws_live_${prefix}_${randomBytes(32).toString('hex')}`;
  return { key, prefix, hash: hashOf(key) };
}

/**
 * Takes a presented key apart; `undefined` when it cannot be one of ours. A key that somebody chose for automation
 * (`BOOTSTRAP_ADMIN_KEY`) has no prefix inside: its prefix is `own_` and the start of its hash.
 */
export function parseApiKey(key: string): ParsedApiKey | undefined {
  const hash = hashOf(key);
  const own = ownForm.exec(key);
  if (own?.[1] !== undefined) return { prefix: own[1], hash };
  if (key.startsWith('ws_live_') || !foreignForm.test(key)) return undefined;
  return { prefix: `own_${hash.slice(0, 12)}`, hash };
}

/** Compares in constant time. A malformed stored hash matches nothing. */
export function verifyApiKey(key: string, storedHash: string): boolean {
  const presented = Buffer.from(hashOf(key), 'hex');
  const stored = Buffer.from(storedHash, 'hex');
  return stored.length === presented.length && timingSafeEqual(stored, presented);
}

/**
 * One round of SHA-256. Slow hashes with salt protect what people choose; 256 random bits cannot be guessed at any
 * speed, and a key is checked at every request.
 */
function hashOf(key: string): string {
  return createHash('sha256').update(key, 'utf8').digest('hex');
}
