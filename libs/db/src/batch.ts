import { presentScope, scopeName } from './scope';

export interface BatchOptions {
  /** Items in one run at most. */
  readonly maxSize?: number | undefined;
  /** Runs at once at most: what is asked meanwhile gathers for the next one. */
  readonly maxRunning?: number | undefined;
  /** While several ask together, they are gathered for at least so long. Default 3. Real ms. */
  readonly leastGatherMs?: number | undefined;
}

/**
 * When several asked together, more are about to: they are waited for, as long as the last run took. So at most half of the
 * time is spent in runs, and what each of them costs by itself is shared by many. Real ms.
 */
const gatherMs = { least: 3, most: 25 };

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly scope: string;
  /** Runs something as the asker: a statement sees the rows of the supplier for whom it was asked. */
  readonly asAsker: <T>(work: () => T) => T;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Turns what many callers ask at the same time into one set-based statement. While a run is under way the next one
 * gathers, so batches grow with the load and a single caller waits for nobody. What was asked for different suppliers never
 * shares a statement.
 */
export class Batch<Item, Result> {
  private waiting: Waiting<Item, Result>[] = [];
  private running = 0;
  private scheduled = false;
  private busy = false;
  private lastRunMs = 0;
  private readonly maxSize: number;
  private readonly maxRunning: number;
  private readonly leastGatherMs: number;

  /** `run` answers every item, in their order. One item's own trouble is a result, not an error of the run. */
  constructor(
    private readonly run: (items: readonly Item[]) => Promise<readonly Result[]>,
    { maxSize = 500, maxRunning = 1, leastGatherMs = gatherMs.least }: BatchOptions = {},
  ) {
    this.maxSize = maxSize;
    this.maxRunning = maxRunning;
    this.leastGatherMs = leastGatherMs;
  }

  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, scope: scopeName(), asAsker: presentScope(), resolve, reject });
      this.schedule();
    });
  }

  private schedule(): void {
    if (this.scheduled || this.running >= this.maxRunning || this.waiting.length === 0) return;
    this.scheduled = true;
    const start = (): void => {
      this.scheduled = false;
      void this.runNext();
    };
    if (this.busy && this.waiting.length < this.maxSize) setTimeout(start, this.gatherMs());
    else setImmediate(start);
  }

  private async runNext(): Promise<void> {
    const batch = this.takeOneScope();
    this.running += 1;
    this.busy = batch.length > 1;
    this.schedule();
    const startedAt = performance.now();
    await this.runAll(batch);
    this.lastRunMs = performance.now() - startedAt;
    this.running -= 1;
    this.schedule();
  }

  private gatherMs(): number {
    return Math.max(this.leastGatherMs, Math.min(gatherMs.most, this.lastRunMs));
  }

  private takeOneScope(): Waiting<Item, Result>[] {
    const scope = this.waiting[0]?.scope;
    const batch: Waiting<Item, Result>[] = [];
    const later: Waiting<Item, Result>[] = [];
    for (const one of this.waiting)
      (one.scope === scope && batch.length < this.maxSize ? batch : later).push(one);
    this.waiting = later;
    return batch;
  }

  /** A statement that fails because of one item's values must not fail the others: then each one goes alone. */
  private async runAll(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    const [first] = batch;
    if (first === undefined) return;
    try {
      const results = await first.asAsker(() => this.run(batch.map(({ item }) => item)));
      batch.forEach(({ resolve }, index) => resolve(results[index] as Result));
    } catch (error) {
      if (batch.length > 1 && maySucceedAlone(error)) {
        for (const one of batch) await this.runAll([one]);
      } else {
        for (const { reject } of batch) reject(error);
      }
    }
  }
}

/** Postgres's classes 22 (data), 23 (constraint) and 40 (deadlock, serialization): nothing of the statement was done. */
function maySucceedAlone(error: unknown): boolean {
  return /^(22|23|40)/.test((error as { code?: string }).code ?? '');
}

/** Answers of a statement in the order of what was asked: rows are found by their key. */
export function byKey<Row>(rows: readonly Row[], keyOf: (row: Row) => string): ReadonlyMap<string, Row> {
  return new Map(rows.map((row) => [keyOf(row), row]));
}
