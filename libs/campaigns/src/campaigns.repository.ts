import { randomUUID } from 'node:crypto';
import { addToOutbox, at, given, type Database, type Prisma, type Sql } from '@warmshift/db';
import { NotFound, type Direction, type Instant } from '@warmshift/domain';
import type { Campaign, Occurrence, OccurrenceStatus, StoredPlan } from './campaign';
import type { CampaignOrder, Selection } from './campaign-order';

type CampaignRow = Prisma.CampaignGetPayload<{ include: { occurrences: true } }>;
type OccurrenceRow = Prisma.OccurrenceGetPayload<{ include: { campaign: true } }>;

/** Campaigns and their occurrences in Postgres. */
export class CampaignsRepository {
  constructor(private readonly db: Database) {}

  /** The campaign, its one occurrence and the job that will plan it, or nothing. */
  async create(
    supplierId: string,
    order: CampaignOrder,
    planAt: Instant,
    createdBy: string,
    now: Instant,
  ): Promise<string> {
    const campaignId = randomUUID();
    const occurrenceId = randomUUID();
    await this.db.transaction(async (sql) => {
      await sql.run(
        `INSERT INTO campaigns (id, supplier_id, name, direction, target_w, selection, starts_at, ends_at, hold_out_share,
           stagger_ms, seed, created_by, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
        [
          campaignId,
          supplierId,
          order.name,
          order.direction,
          order.targetW ?? null,
          JSON.stringify(order.selection),
          at(order.startsAt),
          at(order.endsAt),
          order.holdOutShare,
          order.staggerMs,
          order.seed,
          createdBy,
          at(now),
        ],
      );
      await sql.run(
        `INSERT INTO occurrences (id, campaign_id, supplier_id, starts_at, ends_at, plan_at) VALUES ($1, $2, $3, $4, $5, $6)`,
        [occurrenceId, campaignId, supplierId, at(order.startsAt), at(order.endsAt), at(planAt)],
      );
      await addToOutbox(sql, [planJob(occurrenceId, planAt)], now);
      await audit(sql, supplierId, createdBy, 'campaign.create', `campaign/${campaignId}`, order, now);
    });
    return campaignId;
  }

  async list(supplierId: string, page: { limit: number; before?: Instant | undefined }): Promise<Campaign[]> {
    const rows = await this.db.prisma.campaign.findMany({
      where: { supplierId, ...(page.before !== undefined && { createdAt: { lt: new Date(page.before) } }) },
      include: { occurrences: { orderBy: { startsAt: 'asc' } } },
      orderBy: { createdAt: 'desc' },
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
    const { campaign } = row;
    const order: CampaignOrder = {
      name: campaign.name,
      direction: campaign.direction as Direction,
      targetW: given(campaign.targetW),
      startsAt: row.startsAt.getTime(),
      endsAt: row.endsAt.getTime(),
      selection: campaign.selection as Selection,
      holdOutShare: campaign.holdOutShare,
      staggerMs: campaign.staggerMs,
      seed: campaign.seed,
    };
    return { occurrence: toOccurrence(row), order };
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

/** A campaign is over with the last of its occurrences. */
async function finishCampaign(sql: Sql, campaignId: string): Promise<void> {
  await sql.run(
    `UPDATE campaigns SET status = 'FINISHED' WHERE id = $1 AND status = 'ACTIVE'
       AND NOT EXISTS (SELECT 1 FROM occurrences WHERE campaign_id = $1 AND status NOT IN ('FINISHED', 'CANCELLED'))`,
    [campaignId],
  );
}

export function planJob(occurrenceId: string, runAt: Instant) {
  return { name: 'occurrence.plan', payload: { v: 1, occurrenceId }, runAt };
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

function toCampaign(row: CampaignRow): Campaign {
  return {
    campaignId: row.id,
    supplierId: row.supplierId,
    name: row.name,
    direction: row.direction as Direction,
    targetW: given(row.targetW),
    selection: row.selection as Selection,
    startsAt: row.startsAt.getTime(),
    endsAt: row.endsAt.getTime(),
    holdOutShare: row.holdOutShare,
    staggerMs: row.staggerMs,
    seed: row.seed,
    status: row.status,
    createdBy: row.createdBy,
    createdAt: row.createdAt.getTime(),
    occurrences: row.occurrences.map((occurrence) => ({
      occurrenceId: occurrence.id,
      startsAt: occurrence.startsAt.getTime(),
      endsAt: occurrence.endsAt.getTime(),
      status: occurrence.status,
    })),
  };
}

function toOccurrence(row: OccurrenceRow): Occurrence {
  return {
    occurrenceId: row.id,
    campaignId: row.campaignId,
    supplierId: row.supplierId,
    campaignName: row.campaign.name,
    direction: row.campaign.direction as Direction,
    targetW: given(row.campaign.targetW),
    startsAt: row.startsAt.getTime(),
    endsAt: row.endsAt.getTime(),
    status: row.status,
    plannedAt: row.plannedAt?.getTime(),
    finishedAt: row.finishedAt?.getTime(),
    plan: given(row.plan) as StoredPlan | undefined,
    report: given(row.report),
  };
}
