import type { Clock } from '@warmshift/config';
import { at, type Database, type Sql } from '@warmshift/db';
import {
  checkQuietHours,
  InvalidInput,
  isTimeZone,
  NotFound,
  PreconditionFailed,
  type FieldProblem,
  type Instant,
} from '@warmshift/domain';
import type { StatusService } from '@warmshift/steerable-status';
import { checkRuleSettings, recordAudit } from '@warmshift/suppliers';

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

/** One line of a bulk change. Absent: stays as it is. */
export interface DeviceLine {
  readonly deviceId: string;
  readonly optedOut?: boolean | undefined;
  readonly enabled?: boolean | undefined;
  readonly tags?: readonly string[] | undefined;
}

interface Editor {
  readonly supplierId: string;
  readonly actor: string;
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
  version(supplierId: string, kind: Kind, id: string): Promise<string> {
    return versionOf(this.db, supplierId, kind, id, '');
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
    await this.change(editor, target, patch, now, (sql) =>
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
    );
    await this.statuses.recomputeAll('site', siteId);
  }

  /**
   * @param versions as for a site.
   * @throws InvalidInput naming every wrong field; NotFound also for a device of another supplier; PreconditionFailed.
   */
  async updateDevice(
    editor: Editor,
    deviceId: string,
    patch: DevicePatch,
    versions?: readonly string[],
  ): Promise<void> {
    const problems = patch.ruleSettings === undefined ? [] : checkRuleSettings(patch.ruleSettings);
    if (problems.length > 0) throw new InvalidInput(problems);
    const now = this.clock.now();
    const disabled = patch.enabled === undefined ? null : !patch.enabled;
    const target = { kind: 'device', id: deviceId, versions } as const;
    await this.change(editor, target, patch, now, (sql) =>
      sql.run(
        `UPDATE devices SET ${flag('opted_out_at', '$3')}, ${flag('disabled_at', '$5')},
           tags = coalesce($6::text[], tags), rule_settings = coalesce($7::jsonb, rule_settings)
         WHERE id = $1 AND supplier_id = $2 AND retired_at IS NULL`,
        [
          deviceId,
          editor.supplierId,
          patch.optedOut ?? null,
          at(now),
          disabled,
          patch.tags ?? null,
          patch.ruleSettings === undefined ? null : JSON.stringify(patch.ruleSettings),
        ],
      ),
    );
    await this.statuses.recomputeAll('device', deviceId);
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
           tags = coalesce(line.tags, devices.tags)
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
      await this.statuses.recomputeAll('device', ...lines.map(({ deviceId }) => deviceId));
    }
    return { unknown };
  }

  private async change(
    { supplierId, actor }: Editor,
    { kind, id, versions }: { kind: Kind; id: string; versions: readonly string[] | undefined },
    patch: object,
    now: Instant,
    write: (sql: Sql) => Promise<number>,
  ): Promise<void> {
    await this.db.transaction(async (sql) => {
      if (versions !== undefined) {
        const version = await versionOf(sql, supplierId, kind, id, 'FOR UPDATE');
        if (!versions.includes(version))
          throw new PreconditionFailed('It has been changed since. Read it again and decide anew.');
      }
      if ((await write(sql)) === 0) throw new NotFound(kind, id);
      const subject = `${kind}/${id}`;
      await recordAudit(sql, { supplierId, actor, action: `${kind}.update`, subject, detail: patch }, now);
    });
  }
}

type Kind = 'site' | 'device';

const settingColumns: Readonly<Record<Kind, string>> = {
  site: 'opted_out_at, quiet_hours, tags, time_zone',
  device: 'opted_out_at, disabled_at, tags, rule_settings',
};

async function versionOf(
  sql: Sql,
  supplierId: string,
  kind: Kind,
  id: string,
  lock: '' | 'FOR UPDATE',
): Promise<string> {
  const [row] = await sql.rows<{ version: string }>(
    `SELECT md5(ROW(${settingColumns[kind]})::text) AS version FROM ${kind}s WHERE id = $1 AND supplier_id = $2 ${lock}`,
    [id, supplierId],
  );
  if (!row) throw new NotFound(kind, id);
  return row.version;
}

/** A switch kept as the instant since when it is on: setting it again keeps the instant. */
function flag(column: string, value: string, now = '$4'): string {
  return `${column} = CASE WHEN (${value})::boolean IS NULL THEN ${column} WHEN ${value} THEN coalesce(${column}, ${now}) END`;
}
