import type { Instant } from '@warmshift/domain';
import type { Pacer, StoredToken, TokenStore, VendorContext, VendorLog, VendorMemory } from '../src';

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn';
  readonly event: string;
  readonly facts: Record<string, unknown>;
}

/** A `VendorContext` in memory, which also shows what the adapter did with it. */
export interface InMemoryContext extends VendorContext {
  readonly clock: VendorContext['clock'] & { set(now: Instant): void; advance(ms: number): void };
  readonly taken: ('read' | 'steer' | 'restore')[];
  readonly backedOffMs: number[];
  readonly logged: LogLine[];
  readonly remembered: Map<string, string>;
}

export type ContextOverrides = Partial<Omit<VendorContext, 'clock'>> & { readonly now?: Instant };

/** A test double of the ports an adapter gets. `now` is where its clock stands; it moves only when told to. */
export function inMemoryContext({
  now = Date.UTC(2026, 0, 15, 16),
  ...overrides
}: ContextOverrides = {}): InMemoryContext {
  let at = now;
  const taken: InMemoryContext['taken'] = [];
  const backedOffMs: number[] = [];
  const logged: LogLine[] = [];
  const remembered = new Map<string, string>();
  return {
    connectionId: 'connection-1',
    baseUrl: 'http://127.0.0.1:9',
    localHost: true,
    credentials: {},
    settings: {},
    pacer: recordingPacer(taken, backedOffMs),
    tokens: inMemoryTokens(),
    memory: inMemoryMemory(remembered),
    log: recordingLog(logged),
    ...overrides,
    clock: {
      now: () => at,
      realMs: (virtualMs) => virtualMs,
      set: (instant) => {
        at = instant;
      },
      advance: (ms) => {
        at += ms;
      },
    },
    taken,
    backedOffMs,
    logged,
    remembered,
  };
}

/** A token store whose `renew` is single-flight, as the port promises. */
export function inMemoryTokens(first?: StoredToken): TokenStore {
  let stored = first;
  let queue: Promise<unknown> = Promise.resolve();
  const renewLocked = async (rejected: string | undefined, fetch: () => Promise<StoredToken>) => {
    if (stored !== undefined && stored.value !== rejected) return stored;
    stored = await fetch();
    return stored;
  };
  return {
    read: () => Promise.resolve(stored),
    renew: (rejected, fetch) => {
      const turn = queue.then(() => renewLocked(rejected, fetch));
      queue = turn.catch(() => undefined);
      return turn;
    },
  };
}

function recordingPacer(taken: InMemoryContext['taken'], backedOffMs: number[]): Pacer {
  return {
    take: (purpose) => {
      taken.push(purpose);
      return Promise.resolve();
    },
    backOff: (ms) => {
      backedOffMs.push(ms);
      return Promise.resolve();
    },
  };
}

function inMemoryMemory(remembered: Map<string, string>): VendorMemory {
  return {
    get: (key) => Promise.resolve(remembered.get(key)),
    set: (key, value) => {
      remembered.set(key, value);
      return Promise.resolve();
    },
  };
}

function recordingLog(logged: LogLine[]): VendorLog {
  const at =
    (level: LogLine['level']) =>
    (event: string, facts: Record<string, unknown> = {}) => {
      logged.push({ level, event, facts });
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn') };
}
