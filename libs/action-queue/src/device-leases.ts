import { randomUUID } from 'node:crypto';
import type { Database } from '@warmshift/db';

/** A killed worker's lease ends by itself after this long. Real seconds. */
const leaseSeconds = 30;
/** A living worker says so this often, because pacing and slow vendors may make one exchange last for minutes. Real ms. */
const renewEveryMs = 5_000;

/** What its holder can ask before it does something that nobody else may do meanwhile. */
export interface DeviceLease {
  /** False once the lease could not be renewed in time: somebody else may be at the device by now. */
  held(): boolean;
}

/** One command in flight per device, across all processes, by the database's clock. */
export class DeviceLeases {
  constructor(private readonly db: Database) {}

  /** @returns false without running `work` when another process is at this device. */
  async hold(deviceId: string, work: (lease: DeviceLease) => Promise<void>): Promise<boolean> {
    const token = randomUUID();
    const taken = await this.db.run(
      `INSERT INTO device_leases (device_id, token, until)
       VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3))
       ON CONFLICT (device_id) DO UPDATE SET token = excluded.token, until = excluded.until
       WHERE device_leases.until < clock_timestamp()`,
      [deviceId, token, leaseSeconds],
    );
    if (taken === 0) return false;
    const renewal = new Renewal(() => this.renew(deviceId, token));
    try {
      await work(renewal);
    } finally {
      renewal.stop();
      await this.db.run('DELETE FROM device_leases WHERE device_id = $1 AND token = $2', [deviceId, token]);
    }
    return true;
  }

  private async renew(deviceId: string, token: string): Promise<boolean> {
    const renewed = await this.db.run(
      `UPDATE device_leases SET until = clock_timestamp() + make_interval(secs => $3)
       WHERE device_id = $1 AND token = $2`,
      [deviceId, token, leaseSeconds],
    );
    return renewed > 0;
  }
}

/** Counts the lease as lost a little before the database does: its own clock starts before the statement that renews. */
class Renewal implements DeviceLease {
  private readonly timer: NodeJS.Timeout;
  private lost = false;
  private renewedAt = performance.now();

  constructor(private readonly renew: () => Promise<boolean>) {
    this.timer = setInterval(() => void this.tick(), renewEveryMs);
    this.timer.unref();
  }

  held(): boolean {
    return !this.lost && performance.now() - this.renewedAt < (leaseSeconds - 5) * 1000;
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async tick(): Promise<void> {
    const startedAt = performance.now();
    try {
      if (await this.renew()) this.renewedAt = startedAt;
      else this.lost = true;
    } catch {
      // Postgres is away: the next tick tries again, and `held` turns false by itself.
    }
  }
}
