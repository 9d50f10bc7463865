import { randomUUID } from 'node:crypto';
import type { Database } from '@warmshift/db';

/** Longer than any vendor exchange may take; a killed worker's lease ends by itself. Real seconds. */
const leaseSeconds = 30;

/** One command in flight per device, across all processes, by the database's clock. */
export class DeviceLeases {
  constructor(private readonly db: Database) {}

  /** @returns false without running `work` when another process is at this device. */
  async hold(deviceId: string, work: () => Promise<void>): Promise<boolean> {
    const token = randomUUID();
    const taken = await this.db.run(
      `INSERT INTO device_leases (device_id, token, until)
       VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3))
       ON CONFLICT (device_id) DO UPDATE SET token = excluded.token, until = excluded.until
       WHERE device_leases.until < clock_timestamp()`,
      [deviceId, token, leaseSeconds],
    );
    if (taken === 0) return false;
    try {
      await work();
    } finally {
      await this.db.run('DELETE FROM device_leases WHERE device_id = $1 AND token = $2', [deviceId, token]);
    }
    return true;
  }
}
