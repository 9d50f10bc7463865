import { randomUUID } from 'node:crypto';
import { at, Batch, type Database } from '@warmshift/db';
import type { Instant } from '@warmshift/domain';
import { actionColumns, toAction, type ActionRow } from './action-rows';
import { LeaseGroup } from './lease-group';
import type { StoredAction } from './stored-action';

/** A killed worker's lease ends by itself after this long. Real seconds. */
const leaseSeconds = 30;

/** Nobody waits for a device to be left while many are: the next step at it is due in seconds. Real ms. */
const leaveGatherMs = 100;

/** What its holder can ask before it does something that nobody else may do meanwhile. */
export interface DeviceLease {
  /** False once the lease could not be renewed in time: somebody else may be at the device by now. */
  held(): boolean;
}

export interface HeldDevice extends DeviceLease {
  readonly deviceId: string;
  readonly token: string;
}

/** A due action as it is since its device is held: nobody else is at it. */
export interface Claimed {
  readonly action: StoredAction;
  readonly device: HeldDevice;
}

interface Leaving {
  readonly deviceId: string;
  readonly token: string;
  readonly now: Instant;
}

interface Hold extends HeldDevice {
  left(): void;
}

/** One command in flight per device, across all processes, by the database's clock. */
export class DeviceLeases {
  private readonly leavings = new Batch((leaving: readonly Leaving[]) => this.leaveAll(leaving), {
    leastGatherMs: leaveGatherMs,
  });

  constructor(private readonly db: Database) {}

  /**
   * Due actions of a connection at whose devices nobody is: what gives back first, then commands, then looks at devices. After
   * many commands at once their read-backs are due together, and the next commands must not wait for those.
   */
  async due(connectionId: string, now: Instant, limit: number): Promise<string[]> {
    const rows = await this.db.rows<{ id: string }>(
      `SELECT id FROM actions action
       WHERE connection_id = $1 AND due_at <= $2 AND NOT EXISTS (
         SELECT 1 FROM device_leases lease
         WHERE lease.device_id = action.device_id AND lease.until >= clock_timestamp())
       ORDER BY (state = 'RESTORING' OR ends_at <= $2 OR end_requested_at IS NOT NULL) DESC,
         (state IN ('PLANNED', 'DISPATCHING')) DESC, due_at LIMIT $3`,
      [connectionId, at(now), limit],
    );
    return rows.map(({ id }) => id);
  }

  /**
   * Takes the devices of those of these actions that are due, except where somebody is at them: one action of each device, the
   * first in the given order. `leave` must follow for every one.
   */
  async claim(actionIds: readonly string[], now: Instant): Promise<Claimed[]> {
    const token = randomUUID();
    const startedAt = performance.now();
    const rows = await this.db.rows<ActionRow>(claimSql, [actionIds, at(now), token, leaseSeconds]);
    if (rows.length === 0) return [];
    const group = new LeaseGroup({
      deviceIds: rows.map(({ deviceId }) => deviceId),
      startedAt,
      lastsMs: (leaseSeconds - 5) * 1000,
      renew: (deviceIds) => this.renew(token, deviceIds),
    });
    return rows.map((row) => {
      const { deviceId } = row;
      const device: Hold = {
        deviceId,
        token,
        held: () => group.holds(deviceId),
        left: () => group.leave(deviceId),
      };
      return { action: toAction(row), device };
    });
  }

  /** Gives the device free. @returns whether something of it is due by `now`, which had to wait for the same lease. */
  leave(device: HeldDevice, now: Instant): Promise<boolean> {
    (device as Hold).left();
    return this.leavings.add({ deviceId: device.deviceId, token: device.token, now });
  }

  private async renew(token: string, deviceIds: readonly string[]): Promise<string[]> {
    const rows = await this.db.rows<{ deviceId: string }>(
      `UPDATE device_leases SET until = clock_timestamp() + make_interval(secs => $3)
       WHERE device_id IN (SELECT device_id FROM device_leases WHERE device_id = ANY($1::uuid[]) ORDER BY device_id FOR UPDATE)
         AND token = $2
       RETURNING device_id AS "deviceId"`,
      [deviceIds, token, leaseSeconds],
    );
    return rows.map(({ deviceId }) => deviceId);
  }

  private async leaveAll(leaving: readonly Leaving[]): Promise<boolean[]> {
    const now = Math.max(...leaving.map((one) => one.now));
    const rows = await this.db.rows<{ deviceId: string }>(
      `WITH leaving AS (
         SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS leaving(device_id, token)),
       gone AS (
         DELETE FROM device_leases lease USING leaving
         WHERE lease.device_id = leaving.device_id AND lease.token = leaving.token)
       SELECT DISTINCT device_id AS "deviceId" FROM actions
       WHERE device_id = ANY($1::uuid[]) AND state IN ('PLANNED', 'DISPATCHING', 'SENT', 'ACTIVE', 'RESTORING')
         AND due_at <= $3`,
      [leaving.map(({ deviceId }) => deviceId), leaving.map(({ token }) => token), at(now)],
    );
    const due = new Set(rows.map(({ deviceId }) => deviceId));
    return leaving.map(({ deviceId }) => due.has(deviceId));
  }
}

/**
 * `$1` actions, `$2` now, `$3` token, `$4` seconds of the lease. The rows are locked before the leases are taken, in the order in
 * which everybody locks them: what the last holder wrote before it left the device is what is read here.
 */
const claimSql = `
  WITH locked AS (
    SELECT action.*, wanted.place
    FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted(id, place)
    JOIN actions action ON action.id = wanted.id AND action.due_at <= $2
    ORDER BY action.id FOR NO KEY UPDATE OF action),
  due AS (SELECT DISTINCT ON (device_id) * FROM locked ORDER BY device_id, place),
  held AS (
    INSERT INTO device_leases (device_id, token, until)
    SELECT device_id, $3::uuid, clock_timestamp() + make_interval(secs => $4) FROM due
    ON CONFLICT (device_id) DO UPDATE SET token = excluded.token, until = excluded.until
    WHERE device_leases.until < clock_timestamp()
    RETURNING device_id)
  SELECT ${actionColumns}
  FROM due action JOIN held ON held.device_id = action.device_id JOIN devices device ON device.id = action.device_id
  ORDER BY action.place`;
