/** Everything a verdict is made of. Instants named `…RealAt` are real time, epoch ms: all records share one machine. */
export interface Evidence {
  /** Real instants between which the campaign may steer. */
  readonly window: { readonly startsRealAt: number; readonly endsRealAt: number };
  /** When whatever was broken worked again; before the end of the window it does not matter. */
  readonly recoveredRealAt: number;
  /** How far the clock of a worker was put wrong, real ms. */
  readonly skewRealMs: number;
  readonly judgedRealAt: number;
  readonly devices: number;
  /** From the sandbox. */
  readonly writes: readonly Write[];
  readonly spans: readonly Span[];
  readonly overrides: readonly Override[];
  readonly physics: Physics;
  /** From Postgres. */
  readonly actions: readonly Action[];
}

export interface Write {
  readonly key: string;
  readonly realAt: number;
  readonly call: string;
  readonly what: string;
  readonly applied: 'now' | 'late' | 'never';
  /** When the vendor had last told the device's state. */
  readonly readRealAt?: number | undefined;
  /** Absent: it never took effect. */
  readonly effect?: WriteEffect | undefined;
}

export interface WriteEffect {
  /** False: the device held all of it before. */
  readonly changed: boolean;
  readonly steering?: string | undefined;
  readonly targetBeforeC?: number | undefined;
  readonly targetC?: number | undefined;
  readonly customerC?: number | undefined;
}

/** A stretch in which a device did otherwise than its customer set. */
export interface Span {
  readonly key: string;
  readonly startedRealAt: number;
  readonly endedRealAt?: number | undefined;
}

export interface Override {
  readonly key: string;
  readonly realAt: number;
}

export interface Action {
  readonly actionId: string;
  readonly key: string;
  readonly state: string;
  readonly code?: string | undefined;
  readonly hasSnapshot: boolean;
  /** When Postgres committed the snapshot; absent: never. */
  readonly snapshotRealAt?: number | undefined;
  /** When Postgres committed its end; absent: it has not ended. */
  readonly endedRealAt?: number | undefined;
}

/** What steering broke that the twins, whom nobody steers, did not break; one sentence each. */
export interface Physics {
  readonly cycles: readonly string[];
  readonly comfort: readonly string[];
  readonly legionella: readonly string[];
}

/** Everything has to be given back within so long of the window's end or of recovery. */
export const graceRealMs = 60_000;

/** From here on nothing may be steered and no action may be open. */
export function givenBackBy({ window, recoveredRealAt }: Evidence): number {
  return Math.max(window.endsRealAt, recoveredRealAt) + graceRealMs;
}

/** Of a campaign that never began: nothing to convict, and nothing that would be worth judging. */
export function nothingHappened(devices: number): Evidence {
  const now = Date.now();
  return {
    window: { startsRealAt: now, endsRealAt: now },
    recoveredRealAt: now,
    skewRealMs: 0,
    judgedRealAt: now,
    devices,
    writes: [],
    spans: [],
    overrides: [],
    physics: { cycles: [], comfort: [], legionella: [] },
    actions: [],
  };
}
