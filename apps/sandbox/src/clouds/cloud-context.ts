import type { Instant } from '@warmshift/domain';
import type { FaultBoard } from '../control/faults';
import { Random } from '../world/random';
import type { World } from '../world/world';

/** What every front works with. */
export interface CloudContext {
  readonly seed: number;
  readonly world: World;
  readonly faults: FaultBoard;
  /** Virtual time now; the world may be a step behind. */
  now(): Instant;
}

/** The secrets of one sandbox: made from its seed, so that a second start has the same. */
export interface SandboxCredentials {
  readonly heatingcontrol: { readonly clientId: string; readonly clientSecret: string };
  readonly istabai: { readonly email: string; readonly password: string };
  readonly nox: { readonly apiKey: string };
  readonly microclimates: { readonly apiToken: string };
}

export function createCredentials(seed: number): SandboxCredentials {
  const random = new Random(seed, 'credentials');
  return {
    heatingcontrol: { clientId: `client-${random.hex(8)}`, clientSecret: random.hex(40) },
    istabai: { email: 'fleet@example.com', password: random.hex(16) },
    nox: { apiKey: random.hex(40) },
    microclimates: { apiToken: random.uuid() },
  };
}

/** Sessions or tokens a cloud has given out. */
export class Sessions {
  private readonly known = new Map<string, { readonly expiresAt: Instant; readonly generation: number }>();

  add(value: string, expiresAt: Instant, generation: number): void {
    this.known.set(value, { expiresAt, generation });
  }

  clear(): void {
    this.known.clear();
  }

  valid(value: string | undefined, now: Instant, generation: number): boolean {
    const session = value === undefined ? undefined : this.known.get(value);
    return session !== undefined && session.expiresAt > now && session.generation === generation;
  }
}

/** One decimal, as the vendors print temperatures. */
export function oneDecimal(value: number): number {
  return Math.round(value * 10) / 10;
}

export function headerOf(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  name: string,
): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
