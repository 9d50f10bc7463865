import type { ConformanceFault, FaultOptions } from '../../contract/testing/conformance-harness';

/** The faults that this double can play. Its token is fixed and its listing is one page, so some do not exist here. */
export const playedFaults: ReadonlySet<ConformanceFault> = new Set<ConformanceFault>([
  'http-500',
  'rate-limited',
  'slow',
  'connection-reset',
  'lost-response',
  'not-applied',
  'applied-late',
  'expired-credentials',
  'offline-devices',
  'malformed-device',
  'malformed-fields',
  'vanishing-device',
  'html-content-type',
  'html-body',
  'unknown-words',
  'empty-reply',
]);

/** Which faults are on, and whom each one hits next; the same seed draws the same. */
export class FakeFaults {
  private readonly on = new Map<ConformanceFault, { readonly share: number; state: number }>();

  switchOn(fault: ConformanceFault, { share = 1, seed = 1 }: FaultOptions = {}): void {
    if (!playedFaults.has(fault)) throw new Error(`this double cannot play ${fault}`);
    this.on.set(fault, { share, state: seed });
  }

  reset(): void {
    this.on.clear();
  }

  hits(fault: ConformanceFault): boolean {
    const drawn = this.on.get(fault);
    if (drawn === undefined) return false;
    // A linear congruential generator (Numerical Recipes): enough to spread faults.
    drawn.state = (drawn.state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return drawn.state / 2 ** 32 < drawn.share;
  }
}

/** Fields of a body that are hit become something that no reader could take for what they were. */
export function garbled(value: unknown, hit: () => boolean): unknown {
  if (Array.isArray(value)) return value.map((entry) => garbled(entry, hit));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, field]) => [name, hit() ? ['?'] : garbled(field, hit)]);
  return Object.fromEntries(fields) as unknown;
}
