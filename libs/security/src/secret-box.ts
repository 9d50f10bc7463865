import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** A key for secrets at rest. */
export interface SealingKey {
  /** `v1`, `v2`, …; written in front of what it seals. */
  readonly version: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

/** A sealed text that cannot be opened. Says why, never what. */
export class SecretBoxError extends Error {
  constructor(readonly reason: 'malformed' | 'unknown key version' | 'wrong key, wrong place or changed') {
    super(`The secret cannot be opened: ${reason}.`);
    this.name = 'SecretBoxError';
  }
}

const algorithm = 'aes-256-gcm';
const nonceLength = 12;
const tagLength = 16;

/**
 * Keeps vendor secrets in the database: AES-256-GCM with a random nonce per text. Each text is bound to the place it
 * belongs to (`context`, such as `connection/ID/credentials`), so that a row copied elsewhere does not open.
 * Format: `version.base64url(nonce | tag | ciphertext)`.
 */
export class SecretBox {
  private readonly keys: ReadonlyMap<string, Uint8Array>;

  /** @param current seals; the `older` ones only open, until everything is sealed anew. */
  constructor(
    private readonly current: SealingKey,
    ...older: readonly SealingKey[]
  ) {
    const all = [current, ...older];
    for (const { version, key } of all) {
      if (!/^v[1-9]\d*$/.test(version)) throw new RangeError('A key version looks like v1, v2, …');
      if (key.length !== 32) throw new RangeError(`Key ${version} must have 32 bytes.`);
    }
    this.keys = new Map(all.map(({ version, key }) => [version, key]));
    if (this.keys.size < all.length) throw new RangeError('Every key needs a version of its own.');
  }

  /** Version of the key that seals. */
  get currentVersion(): string {
    return this.current.version;
  }

  seal(plaintext: string, context: string): string {
    const { version, key } = this.current;
    const nonce = randomBytes(nonceLength);
    const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagLength });
    cipher.setAAD(boundTo(version, context));
    const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
    return `${version}.${Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]).toString('base64url')}`;
  }

  /** @throws SecretBoxError */
  open(sealed: string, context: string): string {
    const match = /^(v[1-9]\d*)\.([A-Za-z0-9_-]+)$/.exec(sealed);
    const bytes = Buffer.from(match?.[2] ?? '', 'base64url');
    const version = match?.[1];
    if (version === undefined || bytes.length < nonceLength + tagLength)
      throw new SecretBoxError('malformed');
    const key = this.keys.get(version);
    if (!key) throw new SecretBoxError('unknown key version');
    const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceLength), {
      authTagLength: tagLength,
    });
    decipher.setAAD(boundTo(version, context));
    decipher.setAuthTag(bytes.subarray(nonceLength, nonceLength + tagLength));
    try {
      const text = decipher.update(bytes.subarray(nonceLength + tagLength));
      return Buffer.concat([text, decipher.final()]).toString('utf8');
    } catch {
      throw new SecretBoxError('wrong key, wrong place or changed');
    }
  }

  /** Whether the text was sealed with a key other than the current one. */
  isOutdated(sealed: string): boolean {
    return !sealed.startsWith(`${this.current.version}.`);
  }
}

function boundTo(version: string, context: string): Buffer {
  return Buffer.from(`warmshift/${version}/${context}`, 'utf8');
}
