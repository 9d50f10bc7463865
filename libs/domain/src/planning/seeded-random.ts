/**
 * 32 bits from a seed, a purpose and a key. The same for the same three, whatever else is drawn: adding a zone
 * to a fleet never changes what the others drew.
 */
export function hash32(seed: number, purpose: string, key: string): number {
  let h = mix((seed | 0) ^ Math.floor(seed / 2 ** 32));
  for (let i = 0; i < purpose.length; i++) h = Math.imul(h ^ purpose.charCodeAt(i), 0x01000193);
  h = mix(h);
  for (let i = 0; i < key.length; i++) h = Math.imul(h ^ key.charCodeAt(i), 0x01000193);
  return mix(h) >>> 0;
}

/** The next number of the chain that starts with a `hash32`. */
export function nextHash(hash: number): number {
  return mix((hash + 0x9e3779b9) | 0) >>> 0;
}

/** In [0, 1). */
export function unitOf(hash: number): number {
  return hash / 2 ** 32;
}

/** The finalizer of MurmurHash3: every bit of the input reaches every bit of the output. */
function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
