import type { Clock } from '@warmshift/config';
import { at, type Database, type Sql } from '@warmshift/db';
import {
  checkQuietHours,
  InvalidInput,
  isTimeZone,
  NotFound,
  type FieldProblem,
  type Instant,
} from '@warmshift/domain';
import type { StatusService } from '@warmshift/steerable-status';
import { checkRuleSettings, recordAudit } from '@warmshift/suppliers';
import type { Editor } from '../connections/connection-changes';
import { assertVersion, versionOf } from '../entity-version';

/** Absent: stays as it is. */
export interface SitePatch {
  readonly optedOut?: boolean | undefined;
  readonly quietHours?: unknown;
  readonly tags?: readonly string[] | undefined;
  /** Until the vendor states one of its own. */
  readonly timeZone?: string | undefined;
}

export interface DevicePatch {
  readonly optedOut?: boolean | undefined;
  readonly enabled?: boolean | undefined;
  readonly tags?: readonly string[] | undefined;
  /** Replaces the device's settings as a whole. */
  readonly ruleSettings?: Record<string, unknown> | undefined;
}

export interface DeviceChange {
  readonly deviceId: string;
  readonly patch: DevicePatch;
  /** The change is made only if the state is one of these; absent: whatever it is. */
  readonly versions?: readonly string[] | undefined;
}

/** One line of a bulk change. Absent: stays as it is. */
export interface DeviceLine {
  readonly deviceId: string;
  readonly optedOut?: boolean | undefined;
  readonly enabled?: boolean | undefined;
  readonly tags?: readonly string[] | undefined;
}

/** What operators and customers set on sites and devices. The statuses follow at once. */
export class FleetSettings {
  constructor(
    private readonly db: Database,
    private readonly statuses: StatusService,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /**
   * Names the state of what operators have set; the same state has the same name.
   * @throws NotFound also for one of another supplier.
   */
  version(supplierId: string, kind: 'site' | 'device', id: string): Promise<string> {
    return versionOf(this.db, supplierId, kind, id);
  }

  /**
   * @param versions the change is made only if the state is one of these; absent: whatever it is.
   * @throws InvalidInput naming every wrong field; NotFound also for a site of another supplier; PreconditionFailed.
   */
  async updateSite(
    editor: Editor,
    siteId: string,
    patch: SitePatch,
    versions?: readonly string[],
  ): Promise<void> {
    const problems: FieldProblem[] = [
      ...(patch.quietHours === undefined ? [] : checkQuietHours(patch.quietHours)),
      ...(patch.timeZone === undefined || isTimeZone(patch.timeZone)
        ? []
        : [{ field: 'timeZone', reason: 'is not an IANA time zone, like Europe/Brussels' }]),
    ];
    if (problems.length > 0) throw new InvalidInput(problems);
    const now = this.clock.now();
    const target = { kind: 'site', id: siteId, versions } as const;
    await this.db.transaction((sql) =>
      this.change(sql, editor, target, patch, now, () =>
        sql.run(
          `UPDATE sites SET ${flag('opted_out_at', '$3')}, quiet_hours = coalesce($5::jsonb, quiet_hours),
           tags = coalesce($6::text[], tags), time_zone = coalesce($7, time_zone),
           time_zone_set = time_zone_set OR $7 IS NOT NULL
         WHERE id = $1 AND supplier_id = $2`,
          [
            siteId,
            editor.supplierId,
            patch.optedOut ?? null,
            at(now),
            patch.quietHours === undefined ? null : JSON.stringify(patch.quietHours),
            patch.tags ?? null,
            patch.timeZone ?? null,
          ],
        ),
      ),
    );
    await this.statuses.recomputeAtOnce('site', siteId);
  }

  /**
   * @param versions as for a site.
   * @throws InvalidInput naming every wrong field; NotFound also for a device of another supplier; PreconditionFailed.
   */
  updateDevice(
    editor: Editor,
    deviceId: string,
    patch: DevicePatch,
    versions?: readonly string[],
  ): Promise<void> {
    return this.updateEach(editor, [{ deviceId, patch, versions }]);
  }

  /** Changes each device in its own way, all or none. @throws as `updateDevice`. */
  async updateEach(editor: Editor, changes: readonly DeviceChange[]): Promise<void> {
    const problems = changes.flatMap(({ patch: { ruleSettings } }) =>
      ruleSettings === undefined ? [] : checkRuleSettings(ruleSettings),
    );
    if (problems.length > 0) throw new InvalidInput(problems);
    const now = this.clock.now();
    await this.db.transaction(async (sql) => {
      for (const { deviceId, patch, versions } of changes) {
        const target = { kind: 'device', id: deviceId, versions } as const;
        await this.change(sql, editor, target, patch, now, () =>
          writeDevice(sql, editor, deviceId, patch, now),
        );
      }
    });
    await this.statuses.recomputeAtOnce('device', ...changes.map(({ deviceId }) => deviceId));
  }

  /**
   * Changes many devices, all or none.
   * @returns the ids that are no device of this supplier; then nothing was changed.
   */
  async updateDevices(editor: Editor, lines: readonly DeviceLine[]): Promise<{ unknown: string[] }> {
    const now = this.clock.now();
    const unknown = await this.db.transaction(async (sql) => {
      const ids = lines.map(({ deviceId }) => deviceId);
      const known = await sql.rows<{ id: string }>(
        `SELECT id FROM devices WHERE id = ANY($1::uuid[]) AND supplier_id = $2 AND retired_at IS NULL
         ORDER BY id FOR UPDATE`,
        [ids, editor.supplierId],
      );
      const found = new Set(known.map(({ id }) => id));
      const missing = ids.filter((id) => !found.has(id));
      if (missing.length > 0) return missing;
      await sql.run(
        `UPDATE devices SET ${flag('opted_out_at', 'line."optedOut"', '$3')}, ${flag('disabled_at', 'NOT line.enabled', '$3')},
           tags = coalesce(line.tags, devices.tags), settings_changed_at = $3
         FROM jsonb_to_recordset($1::jsonb) AS line("deviceId" uuid, "optedOut" boolean, enabled boolean, tags text[])
         WHERE devices.id = line."deviceId" AND devices.supplier_id = $2`,
        [JSON.stringify(lines), editor.supplierId, at(now)],
      );
      const { supplierId, actor } = editor;
      const entry = { supplierId, actor, action: 'device.bulk-update', subject: `supplier/${supplierId}` };
      await recordAudit(sql, { ...entry, detail: { lines } }, now);
      return [];
    });
    if (unknown.length === 0) {
      await this.statuses.recomputeAtOnce('device', ...lines.map(({ deviceId }) => deviceId));
    }
    return { unknown };
  }

  private async change(
    sql: Sql,
    { supplierId, actor }: Editor,
    { kind, id, versions }: Target,
    patch: object,
    now: Instant,
    write: () => Promise<number>,
  ): Promise<void> {
    await assertVersion(sql, supplierId, kind, id, versions);
    if ((await write()) === 0) throw new NotFound(kind, id);
    const subject = `${kind}/${id}`;
    await recordAudit(sql, { supplierId, actor, action: `${kind}.update`, subject, detail: patch }, now);
  }
}

interface Target {
  readonly kind: 'site' | 'device';
  readonly id: string;
  readonly versions: readonly string[] | undefined;
}

function writeDevice(
  sql: Sql,
  { supplierId }: Editor,
  deviceId: string,
  { enabled, optedOut, ruleSettings, tags }: DevicePatch,
  now: Instant,
): Promise<number> {
  return sql.run(
    `UPDATE devices SET ${flag('opted_out_at', '$3')}, ${flag('disabled_at', '$5')}, settings_changed_at = $4,
       tags = coalesce($6::text[], tags), rule_settings = coalesce($7::jsonb, rule_settings)
     WHERE id = $1 AND supplier_id = $2 AND retired_at IS NULL`,
    [
      deviceId,
      supplierId,
      optedOut ?? null,
      at(now),
      enabled === undefined ? null : !enabled,
      tags ?? null,
      ruleSettings === undefined ? null : JSON.stringify(ruleSettings),
    ],
  );
}

/** A switch kept as the instant since when it is on: setting it again keeps the instant. */
function flag(column: string, value: string, now = '$4'): string {
  return `${column} = CASE WHEN (${value})::boolean IS NULL THEN ${column} WHEN ${value} THEN coalesce(${column}, ${now}) END`;
}
