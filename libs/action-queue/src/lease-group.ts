/** A living worker says so this often, because pacing and slow vendors may make one exchange last for minutes. Real ms. */
const renewEveryMs = 5_000;

export interface LeaseGroupOptions {
  readonly deviceIds: readonly string[];
  /** `performance.now()` before the statement that took the leases. */
  readonly startedAt: number;
  /** How long a lease counts after it was renewed; a little less than in the database. Real ms. */
  readonly lastsMs: number;
  /** @returns the devices that are still held. */
  readonly renew: (deviceIds: readonly string[]) => Promise<readonly string[]>;
}

/** Leases that were taken together, renewed together until the last of them is left. */
export class LeaseGroup {
  private readonly held: Set<string>;
  private readonly timer: NodeJS.Timeout;
  private renewedAt: number;

  constructor(private readonly options: LeaseGroupOptions) {
    this.held = new Set(options.deviceIds);
    this.renewedAt = options.startedAt;
    this.timer = setInterval(() => void this.renew(), renewEveryMs);
    this.timer.unref();
  }

  holds(deviceId: string): boolean {
    return this.held.has(deviceId) && performance.now() - this.renewedAt < this.options.lastsMs;
  }

  leave(deviceId: string): void {
    this.held.delete(deviceId);
    if (this.held.size === 0) clearInterval(this.timer);
  }

  /** Counts a lease as lost a little before the database does: its own clock starts before the statement that renews. */
  private async renew(): Promise<void> {
    const startedAt = performance.now();
    const asked = [...this.held];
    try {
      const renewed = new Set(await this.options.renew(asked));
      this.renewedAt = startedAt;
      for (const deviceId of asked) if (!renewed.has(deviceId)) this.leave(deviceId);
    } catch {
      // Postgres is away: the next tick tries again, and `holds` turns false by itself.
    }
  }
}
