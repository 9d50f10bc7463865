/** `vendorAway`: the step was tried and put off, because nobody answered at the vendor. */
export type Advanced = 'done' | { readonly skipped: string; readonly vendorAway?: true };

/** What one turn at a connection came to. */
export interface Turn {
  /** Steps that were done. */
  readonly taken: number;
  /** Nobody answered: what else is due waits for the next turn. */
  readonly vendorAway: boolean;
}

/** Steps of one connection at once before it has answered; each step that was done allows one more. */
const firstLanes = 16;
/** After so many steps that nobody answered, the others wait for the next turn. */
const awayAfter = 3;
/** One claim fills this part of a connection's lanes: filled all at once, they would all be at the same stage at the same time. */
const claimsPerWidth = 8;
/** A step that left its action as it found it, still due, is repeated about so often. Real ms. */
const sameAgainMs = 1_000;

/** Steps at once of all connections together. A connection always has one, so that none waits for the others. */
export class Lanes {
  inUse = 0;

  constructor(readonly most: number) {}
}

/** A claimed action, and how it was found. */
export interface RunItem {
  readonly actionId: string;
  readonly version: number;
}

export interface ConnectionWork<Item extends RunItem> {
  /** Due actions whose devices are held now, restores first, at most `limit`; and whether more are known to be due. */
  claim(limit: number): Promise<{ readonly items: readonly Item[]; readonly more: boolean }>;
  step(item: Item): Promise<Advanced>;
  /** Gives the device free; whether something of it is due that waited for it. */
  leave(item: Item): Promise<boolean>;
  stopped(): boolean;
}

/**
 * Works off what is due of one connection. A vendor that answers is asked by more and more at once; one that does not costs a
 * time-out per try, which others should not wait for.
 */
export class ConnectionRun<Item extends RunItem> {
  private inWork = 0;
  /** Devices whose step is over and that are being given free; no lane waits for that. */
  private leaving = 0;
  private taken = 0;
  private unanswered = 0;
  private claims = 0;
  /** Something may be due that the last claim did not bring. */
  private wanted = true;
  /** The last claim brought all that was due. */
  private exhausted = false;
  private ended = false;
  private broken: { readonly error: unknown } | undefined;
  private readonly tried = new Map<string, number>();
  private triedSince = 0;
  private changed: () => void = () => undefined;

  constructor(
    private readonly work: ConnectionWork<Item>,
    private readonly lanes: Lanes,
    private width = firstLanes,
  ) {}

  /** How many steps at once the vendor has shown to answer. */
  get answered(): number {
    return this.unanswered === 0 ? this.width : firstLanes;
  }

  /** Something became due. @returns false when the run has ended meanwhile, and a new one is needed. */
  lookAgain(): boolean {
    this.wanted = true;
    this.changed();
    return !this.ended;
  }

  /** Until nothing more is due, or can be done. @throws what broke, once no step is at work any more. */
  async untilDone(): Promise<Turn> {
    for (;;) {
      const change = new Promise<void>((resolve) => (this.changed = resolve));
      if (this.mayClaim()) await this.claim();
      else if (this.inWork > 0 || this.leaving > 0) await change;
      else break;
    }
    this.ended = true;
    if (this.broken) throw (this.broken as { readonly error: unknown }).error;
    return { taken: this.taken, vendorAway: this.isAway };
  }

  private get isAway(): boolean {
    return this.unanswered >= awayAfter;
  }

  private get free(): number {
    const { inUse, most } = this.lanes;
    const limit = Math.max(1, Math.min(this.width, most - (inUse - this.inWork)));
    return limit - this.inWork;
  }

  /** While much is due, it is fetched by the eighth rather than one by one. */
  private mayClaim(): boolean {
    if (!this.wanted || this.broken || this.isAway || this.work.stopped()) return false;
    const enough = this.exhausted ? 1 : Math.ceil(this.width / claimsPerWidth);
    return this.free >= enough || (this.inWork === 0 && this.free > 0);
  }

  private async claim(): Promise<void> {
    const limit = this.free;
    this.wanted = false;
    this.claims += 1;
    try {
      const { items, more } = await this.work.claim(limit);
      this.exhausted = !more;
      if (more) this.wanted = true;
      for (const item of items) void this.take(item);
    } catch (error) {
      this.broken ??= { error };
    }
  }

  private async take(item: Item): Promise<void> {
    const again = this.isSameAgain(item);
    this.inWork += 1;
    this.lanes.inUse += 1;
    try {
      if (!again) this.note(await this.work.step(item));
    } catch (error) {
      this.broken ??= { error };
    } finally {
      this.leaving += 1;
      this.inWork -= 1;
      this.lanes.inUse -= 1;
      this.changed();
      await this.leave(item, again);
    }
  }

  private async leave(item: Item, again: boolean): Promise<void> {
    const { claims } = this;
    try {
      const due = await this.work.leave(item);
      // A claim that was made while the device was still held did not see what is due of it.
      if ((due && !again) || claims !== this.claims) this.wanted = true;
    } catch (error) {
      this.broken ??= { error };
    } finally {
      this.leaving -= 1;
      this.changed();
    }
  }

  private isSameAgain({ actionId, version }: Item): boolean {
    const now = performance.now();
    if (now - this.triedSince > sameAgainMs) {
      this.tried.clear();
      this.triedSince = now;
    }
    if (this.tried.get(actionId) === version) return true;
    this.tried.set(actionId, version);
    return false;
  }

  private note(outcome: Advanced): void {
    if (outcome === 'done') {
      this.taken += 1;
      this.width = Math.min(this.width + 1, this.lanes.most);
    } else if (outcome.vendorAway) {
      this.unanswered += 1;
    }
  }
}
