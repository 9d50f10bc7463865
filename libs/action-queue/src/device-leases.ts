import { randomUUID } from 'node:crypto';
import { at, Batch, byKey, recordset, type Database } from '@warmshift/db';
import type { Instant } from '@warmshift/domain';

/** A killed worker's lease ends by itself after this long. Real seconds. */
const leaseSeconds = 30;
/** A living worker says so this often, because pacing and slow vendors may make one exchange last for minutes. Real ms. */
const renewEveryMs = 5_000;

/** What its holder can ask before it does something that nobody else may do meanwhile. */
export interface DeviceLease {
  /** False once the lease could not be renewed in time: somebody else may be at the device by now. */
  held(): boolean;
}

export interface HeldDevice extends DeviceLease {
  readonly deviceId: string;
  readonly token: string;
}

export type Taking =
  | { readonly kind: 'unknown' | 'ended' | 'not-due' | 'taken' }
  | { readonly kind: 'held'; readonly device: HeldDevice };

/** An action that is due while its device is held. */
export interface DueOfDevice {
  readonly actionId: string;
  readonly version: number;
}

interface Wanted {
  readonly actionId: string;
  readonly token: string;
  readonly now: Instant;
}

interface Found {
  readonly token: string;
  readonly deviceId: string;
  readonly dueAt: Instant | null;
  readonly due: boolean;
  readonly held: boolean;
}

interface Leaving {
  readonly deviceId: string;
  readonly token: string;
  /** "actionId version" of what was done in this hold. */
  readonly done: readonly string[];
  readonly now: Instant;
}

/** One command in flight per device, across all processes, by the database's clock. */
export class DeviceLeases {
  private readonly takings = new Batch((wanted: readonly Wanted[]) => this.takeAll(wanted));
  private readonly renewals = new Batch((tokens: readonly string[]) => this.renewAll(tokens));
  private readonly leavings = new Batch((leaving: readonly Leaving[]) => this.leaveAll(leaving));

  constructor(private readonly db: Database) {}

  /** Takes the device of an action that is due at `now`, unless another process is at it. Then `leave` must follow. */
  async take(actionId: string, now: Instant): Promise<Taking> {
    const token = randomUUID();
    const found = await this.takings.add({ actionId, token, now });
    if (!found) return { kind: 'unknown' };
    if (found.dueAt === null) return { kind: 'ended' };
    if (!found.due) return { kind: 'not-due' };
    if (!found.held) return { kind: 'taken' };
    return { kind: 'held', device: new Hold(found.deviceId, token, () => this.renewals.add(token)) };
  }

  /**
   * Gives the device free, unless something else of it is due, which had to wait for the same lease; then it stays held.
   *
   * @returns what is due, except what was done in this hold ("actionId version" each).
   */
  async leaveUnlessDue(
    device: HeldDevice,
    done: readonly string[],
    now: Instant,
  ): Promise<readonly DueOfDevice[]> {
    const { deviceId, token } = device;
    const due = await this.leavings.add({ deviceId, token, done, now });
    if (due.length === 0) (device as Hold).left();
    return due;
  }

  /** Gives the device free if that has not happened yet. */
  async leave(device: HeldDevice): Promise<void> {
    const hold = device as Hold;
    if (hold.isLeft) return;
    hold.left();
    await this.db.run('DELETE FROM device_leases WHERE device_id = $1 AND token = $2', [
      device.deviceId,
      device.token,
    ]);
  }

  private async takeAll(wanted: readonly Wanted[]): Promise<(Found | undefined)[]> {
    const now = Math.max(...wanted.map((one) => one.now));
    const rows = await this.db.rows<Found>(
      `WITH wanted AS (
         SELECT * FROM jsonb_to_recordset($1::jsonb) AS wanted("actionId" uuid, token uuid)),
       seen AS (
         SELECT wanted.token, action.device_id, action.due_at,
           action.due_at IS NOT NULL AND (action.due_at <= $2 OR (action.state <> 'RESTORING'
             AND (action.ends_at <= $2 OR action.end_requested_at IS NOT NULL))) AS due
         FROM wanted JOIN actions action ON action.id = wanted."actionId"),
       held AS (
         INSERT INTO device_leases (device_id, token, until)
         SELECT DISTINCT ON (device_id) device_id, token, clock_timestamp() + make_interval(secs => $3)
         FROM seen WHERE due ORDER BY device_id, token
         ON CONFLICT (device_id) DO UPDATE SET token = excluded.token, until = excluded.until
         WHERE device_leases.until < clock_timestamp()
         RETURNING token)
       SELECT seen.token, seen.device_id AS "deviceId", seen.due_at AS "dueAt", seen.due, held.token IS NOT NULL AS held
       FROM seen LEFT JOIN held ON held.token = seen.token`,
      [recordset(wanted), at(now), leaseSeconds],
    );
    const found = byKey(rows, ({ token }) => token);
    return wanted.map(({ token }) => found.get(token));
  }

  private async renewAll(tokens: readonly string[]): Promise<boolean[]> {
    const rows = await this.db.rows<{ token: string }>(
      `UPDATE device_leases SET until = clock_timestamp() + make_interval(secs => $2)
       WHERE device_id IN (SELECT device_id FROM device_leases WHERE token = ANY($1::uuid[]) ORDER BY device_id FOR UPDATE)
         AND token = ANY($1::uuid[])
       RETURNING token`,
      [tokens, leaseSeconds],
    );
    const renewed = new Set(rows.map(({ token }) => token));
    return tokens.map((token) => renewed.has(token));
  }

  private async leaveAll(leaving: readonly Leaving[]): Promise<DueOfDevice[][]> {
    const now = Math.max(...leaving.map((one) => one.now));
    const rows = await this.db.rows<DueOfDevice & { token: string }>(
      `WITH leaving AS (
         SELECT * FROM jsonb_to_recordset($1::jsonb) AS leaving("deviceId" uuid, token uuid, done jsonb)),
       still_due AS (
         SELECT leaving.token, action.id, action.version, action.due_at
         FROM leaving JOIN actions action ON action.device_id = leaving."deviceId"
         WHERE action.state IN ('PLANNED', 'DISPATCHING', 'SENT', 'ACTIVE', 'RESTORING') AND action.due_at <= $2
           AND NOT leaving.done ? (action.id || ' ' || action.version)),
       gone AS (
         DELETE FROM device_leases lease USING leaving
         WHERE lease.device_id = leaving."deviceId" AND lease.token = leaving.token
           AND NOT EXISTS (SELECT 1 FROM still_due WHERE still_due.token = leaving.token))
       SELECT token, id AS "actionId", version FROM still_due ORDER BY due_at`,
      [recordset(leaving), at(now)],
    );
    const due = new Map(leaving.map(({ token }) => [token, [] as DueOfDevice[]]));
    for (const { token, actionId, version } of rows) due.get(token)?.push({ actionId, version });
    return leaving.map(({ token }) => due.get(token) ?? []);
  }
}

/** Counts the lease as lost a little before the database does: its own clock starts before the statement that renews. */
class Hold implements HeldDevice {
  private readonly timer: NodeJS.Timeout;
  isLeft = false;
  private lost = false;
  private renewedAt = performance.now();

  constructor(
    readonly deviceId: string,
    readonly token: string,
    private readonly renew: () => Promise<boolean>,
  ) {
    this.timer = setInterval(() => void this.tick(), renewEveryMs);
    this.timer.unref();
  }

  held(): boolean {
    return !this.lost && !this.isLeft && performance.now() - this.renewedAt < (leaseSeconds - 5) * 1000;
  }

  left(): void {
    this.isLeft = true;
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
