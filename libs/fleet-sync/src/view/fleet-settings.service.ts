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

  /** @throws InvalidInput naming every wrong field; NotFound also for a site of another supplier. */
  async updateSite(editor: Editor, siteId: string, patch: SitePatch): Promise<void> {
    const problems: FieldProblem[] = [
      ...(patch.quietHours === undefined ? [] : checkQuietHours(patch.quietHours)),
      ...(patch.timeZone === undefined || isTimeZone(patch.timeZone)
        ? []
        : [{ field: 'timeZone', reason: 'is not an IANA time zone, like Europe/Brussels' }]),
    ];
    if (problems.length > 0) throw new InvalidInput(problems);
    const now = this.clock.now();
    await this.change(editor, 'site', siteId, patch, now, (sql) =>
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

  /** @throws InvalidInput naming every wrong field; NotFound also for a device of another supplier. */
  async updateDevice(editor: Editor, deviceId: string, patch: DevicePatch): Promise<void> {
    const problems = patch.ruleSettings === undefined ? [] : checkRuleSettings(patch.ruleSettings);
    if (problems.length > 0) throw new InvalidInput(problems);
    const now = this.clock.now();
    const disabled = patch.enabled === undefined ? null : !patch.enabled;
    await this.change(editor, 'device', deviceId, patch, now, (sql) =>
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

  private async change(
    { supplierId, actor }: Editor,
    kind: 'site' | 'device',
    id: string,
    patch: object,
    now: Instant,
    write: (sql: Sql) => Promise<number>,
  ): Promise<void> {
    await this.db.transaction(async (sql) => {
      if ((await write(sql)) === 0) throw new NotFound(kind, id);
      const subject = `${kind}/${id}`;
      await recordAudit(sql, { supplierId, actor, action: `${kind}.update`, subject, detail: patch }, now);
    });
  }
}

/** A switch kept as the instant since when it is on: setting it again keeps the instant. */
function flag(column: string, value: string): string {
  return `${column} = CASE WHEN ${value}::boolean IS NULL THEN ${column} WHEN ${value} THEN coalesce(${column}, $4) END`;
}
