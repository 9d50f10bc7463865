import { Refusal } from './parse';

/** One key for secrets at rest. `version` is stored beside what it sealed, so that old rows stay readable. */
export interface SecretsKey {
  readonly version: string;
  /** 32 bytes. */
  readonly key: Buffer;
}

/** Never empty; the first one seals, the others only open. */
export type SecretsKeys = readonly [SecretsKey, ...SecretsKey[]];

const expected =
  'must be 32 bytes as hex or base64, or a list such as v2:KEY,v1:KEY with the current key first';

/** `KEY` (which is version v1) or `v2:KEY,v1:KEY`. */
export function readSecretsKeys(text: string): SecretsKeys | Refusal {
  const parts = text.split(',').map((part) => part.trim());
  const keys: SecretsKey[] = [];
  for (const part of parts) {
    const match = /^(?:(v[1-9]\d{0,3}):)?([^:]+)$/.exec(part);
    const key = match?.[2] === undefined ? undefined : decodeKey(match[2]);
    if (!match || !key || (match[1] === undefined && parts.length > 1)) return new Refusal(expected);
    if (new Set(key).size < 8) return new Refusal('is not random enough: use a freshly made key');
    keys.push({ version: match[1] ?? 'v1', key });
  }
  if (new Set(keys.map(({ version }) => version)).size < keys.length) {
    return new Refusal('names the same key version twice');
  }
  const [current, ...older] = keys;
  return current ? [current, ...older] : new Refusal(expected);
}

function decodeKey(text: string): Buffer | undefined {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  if (/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return Buffer.from(text, 'base64');
  return undefined;
}
