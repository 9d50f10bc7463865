import { randomUUID } from 'node:crypto';
import { at, type Database, type Prisma, type Sql } from '@warmshift/db';
import { NotFound, type Instant, type Recurrence, type RecurringSpan } from '@warmshift/domain';
import type { Campaign, Occurrence, OccurrenceStatus } from './campaign';
import type { CampaignOrder } from './campaign-order';
import { orderFrom, toCampaign, toOccurrence } from './campaign-rows';
import { addOccurrences } from './occurrence-rows';

/** A campaign as it is to be written: a recurring one with the windows of its first days. */
export interface NewCampaign {
  readonly order: CampaignOrder;
  readonly recurrence?: Recurrence | undefined;
  readonly createdThrough?: string | undefined;
  readonly windows: readonly (Omit<RecurringSpan, 'localDay'> & { readonly localDay?: string | undefined })[];
}

/** A place in the list of campaigns: the last one that was seen. */
export interface CampaignsPlace {
  readonly createdAt: Instant;
  readonly campaignId: string;
}

/** Campaigns and their occurrences in Postgres. */
export class CampaignsRepository {
  constructor(private readonly db: Database) {}

  /** The campaign, its first occurrences and the jobs that will plan them, or nothing. */
  async create(supplierId: string, campaign: NewCampaign, createdBy: string, now: Instant): Promise<string> {
    const { createdThrough, order, recurrence, windows } = campaign;
    const campaignId = randomUUID();
    const columns = {
      id: campaignId,
      supplier_id: supplierId,
      name: order.name,
      direction: order.direction,
      target_w: order.targetW ?? null,
      targets_w: order.targetsW ?? [],
      priority: order.priority,
      ramp_ms: order.rampMs,
      share_of_fleet: order.shareOfFleet,
      limits: JSON.stringify(order.limits),
      release_cap_w: order.releaseCapW ?? null,
      confidence: order.confidence,
      recurrence: recurrence === undefined ? null : JSON.stringify(recurrence),
      created_through: createdThrough ?? null,
      selection: JSON.stringify(order.selection),
      starts_at: at(order.startsAt),
      ends_at: at(order.endsAt),
      hold_out_share: order.holdOutShare,
      stagger_ms: order.staggerMs,
      seed: order.seed,
      created_by: createdBy,
      created_at: at(now),
    };
    await this.db.transaction(async (sql) => {
      const places = Object.keys(columns).map((_name, index) => `$${index + 1}`);
      await sql.run(
        `INSERT INTO campaigns (${Object.keys(columns).join(', ')}) VALUES (${places.join(', ')})`,
        Object.values(columns),
      );
      await addOccurrences(sql, { campaignId, supplierId }, windows, now);
      const detail = { ...order, recurrence };
      await audit(sql, supplierId, createdBy, 'campaign.create', `campaign/${campaignId}`, detail, now);
    });
    return campaignId;
  }

  /** Newest first; of one instant by id, so that no page loses or repeats one. */
  async list(
    supplierId: string,
    page: { limit: number; after?: CampaignsPlace | undefined },
  ): Promise<Campaign[]> {
    const { after } = page;
    const rows = await this.db.prisma.campaign.findMany({
      where: {
        supplierId,
        ...(after && comesAfter(after)),
      },
      include: { occurrences: { orderBy: { startsAt: 'asc' } } },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: page.limit,
    });
    return rows.map(toCampaign);
  }

  async get(supplierId: string, campaignId: string): Promise<Campaign> {
    const row = await this.db.prisma.campaign.findFirst({
      where: { id: campaignId, supplierId },
      include: { occurrences: { orderBy: { startsAt: 'asc' } } },
    });
    if (!row) throw new NotFound('campaign', campaignId);
    return toCampaign(row);
  }

  async occurrence(supplierId: string, occurrenceId: string): Promise<Occurrence> {
    const row = await this.db.prisma.occurrence.findFirst({
      where: { id: occurrenceId, supplierId },
      include: { campaign: true },
    });
    if (!row) throw new NotFound('occurrence', occurrenceId);
    return toOccurrence(row);
  }

  /** For workers, which act for every supplier. */
  async orderOf(occurrenceId: string): Promise<{ occurrence: Occurrence; order: CampaignOrder } | undefined> {
    const row = await this.db.prisma.occurrence.findFirst({
      where: { id: occurrenceId },
      include: { campaign: true },
    });
    if (!row) return undefined;
    return { occurrence: toOccurrence(row), order: orderFrom(row) };
  }

  /** Occurrences whose status may no longer fit the time. `open`: some of its actions have not ended. */
  async inMotion(
    now: Instant,
  ): Promise<
    { occurrenceId: string; status: OccurrenceStatus; startsAt: Instant; endsAt: Instant; open: boolean }[]
  > {
    return this.db.rows(
      `SELECT occurrence.id AS "occurrenceId", occurrence.status, occurrence.starts_at AS "startsAt",
         occurrence.ends_at AS "endsAt",
         EXISTS (SELECT 1 FROM actions action WHERE action.occurrence_id = occurrence.id AND action.ended_at IS NULL) AS open
       FROM occurrences occurrence
       WHERE occurrence.status NOT IN ('FINISHED', 'CANCELLED') AND occurrence.plan_at <= $1
       ORDER BY occurrence.starts_at, occurrence.id`,
      [at(now)],
    );
  }

  /** @returns whether this call made the change; a second worker gets false. */
  async moveOccurrence(occurrenceId: string, from: OccurrenceStatus, to: OccurrenceStatus): Promise<boolean> {
    const changed = await this.db.run(
      `UPDATE occurrences SET status = $3::"OccurrenceStatus" WHERE id = $1 AND status = $2::"OccurrenceStatus"`,
      [occurrenceId, from, to],
    );
    return changed > 0;
  }

  async finish(occurrenceId: string, report: unknown, now: Instant): Promise<void> {
    await this.db.transaction(async (sql) => {
      const [row] = await sql.rows<{ campaignId: string }>(
        `UPDATE occurrences SET status = 'FINISHED', report = $2, finished_at = $3
         WHERE id = $1 AND status = 'RESTORING' RETURNING campaign_id AS "campaignId"`,
        [occurrenceId, JSON.stringify(report), at(now)],
      );
      if (row) await finishCampaign(sql, row.campaignId);
    });
  }

  /** For an occurrence that nobody planned before its window was over. */
  async miss(occurrenceId: string): Promise<void> {
    await this.db.transaction(async (sql) => {
      const [row] = await sql.rows<{ campaignId: string }>(
        `UPDATE occurrences SET status = 'CANCELLED' WHERE id = $1 AND status = 'SCHEDULED'
         RETURNING campaign_id AS "campaignId"`,
        [occurrenceId],
      );
      if (row) await finishCampaign(sql, row.campaignId);
    });
  }
}

function comesAfter({ campaignId, createdAt }: CampaignsPlace): Prisma.CampaignWhereInput {
  const at = new Date(createdAt);
  return { OR: [{ createdAt: { lt: at } }, { createdAt: at, id: { lt: campaignId } }] };
}

/** A campaign is over with the last of its occurrences, a recurring one with the last of those that its rule has. */
export async function finishCampaign(sql: Sql, campaignId: string): Promise<void> {
  await sql.run(
    `UPDATE campaigns SET status = 'FINISHED' WHERE id = $1 AND status = 'ACTIVE'
       AND (recurrence IS NULL OR created_through >= recurrence->>'until')
       AND NOT EXISTS (SELECT 1 FROM occurrences WHERE campaign_id = $1 AND status NOT IN ('FINISHED', 'CANCELLED'))`,
    [campaignId],
  );
}

export async function audit(
  sql: Sql,
  supplierId: string,
  actor: string,
  action: string,
  subject: string,
  detail: unknown,
  now: Instant,
): Promise<void> {
  await sql.run(
    'INSERT INTO audit (supplier_id, at, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5, $6)',
    [supplierId, at(now), actor, action, subject, JSON.stringify(detail ?? {})],
  );
}
