import { slotMs, type Instant } from '@warmshift/domain';
import { Ground } from './ground';
import type { ChaosOptions } from './options';
import { ReadFleets } from './read-fleet';

/** Until the first run has shown how long it takes here. Real ms. */
const firstGuess = { untilOrderedRealMs: 9_000, planningRealMs: 2_000 };
/** Some vendors want their orders before the window. Real ms. */
const ordersAheadRealMs = 4_000;

/** No two runs take the same time. */
const reserve = 1.2;

/** Runs that come one after another; several lanes go side by side and share nothing but the machine. */
export class Lane {
  /** How long the last run took to start and be read, and to plan. */
  pace = firstGuess;

  private constructor(
    private readonly options: ChaosOptions,
    private current: { readonly ground: Ground; readonly fleets: ReadFleets },
  ) {}

  static async open(options: ChaosOptions): Promise<Lane> {
    return new Lane(options, await makeGround(options));
  }

  get ground(): Ground {
    return this.current.ground;
  }

  get fleets(): ReadFleets {
    return this.current.fleets;
  }

  /** After a run that was broken off: its servers may be down. */
  async renew(): Promise<void> {
    await this.ground.stop();
    this.current = await makeGround(this.options);
  }

  stop(): Promise<void> {
    return this.ground.stop();
  }

  /** So long before its window a campaign has to be ordered. Real ms. */
  get noticeRealMs(): number {
    return this.pace.planningRealMs * reserve + ordersAheadRealMs;
  }

  /**
   * Windows begin at quarter hours: with this start a run is ready for one just in time, and nothing that its database holds
   * lies in its future.
   */
  startFor(readAt: Instant, scale: number): Instant {
    const leadMs = (this.pace.untilOrderedRealMs * reserve + this.noticeRealMs) * scale;
    return Math.ceil((readAt + leadMs) / slotMs) * slotMs - leadMs;
  }
}

async function makeGround(options: ChaosOptions): Promise<{ ground: Ground; fleets: ReadFleets }> {
  const ground = await Ground.prepare(options.queue !== 'postgres');
  return { ground, fleets: new ReadFleets(ground, options) };
}
