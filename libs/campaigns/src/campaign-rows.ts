import { given, type Prisma } from '@warmshift/db';
import type { Direction, Recurrence, Span } from '@warmshift/domain';
import type { Campaign, Occurrence, OccurrenceSummary, Replan, StoredPlan } from './campaign';
import { seedOfOccurrence, type CampaignOrder, type OrderLimits } from './campaign-order';
import type { Confidence, Selection } from './order-schema';

type CampaignRow = Prisma.CampaignGetPayload<object>;
type OccurrenceRow = Prisma.OccurrenceGetPayload<{ include: { campaign: true } }>;

export function toCampaign(row: Prisma.CampaignGetPayload<{ include: { occurrences: true } }>): Campaign {
  return {
    ...orderIn(row, spanOf(row), row.seed),
    campaignId: row.id,
    supplierId: row.supplierId,
    recurrence: given(row.recurrence) as Recurrence | undefined,
    status: row.status,
    createdBy: row.createdBy,
    createdAt: row.createdAt.getTime(),
    occurrences: row.occurrences.map(toSummary),
  };
}

export function toOccurrence(row: OccurrenceRow): Occurrence {
  return {
    ...toSummary(row),
    campaignId: row.campaignId,
    supplierId: row.supplierId,
    campaignName: row.campaign.name,
    direction: row.campaign.direction as Direction,
    targetW: given(row.campaign.targetW),
    targetsW: listOf(row.campaign.targetsW),
    priority: row.campaign.priority,
    replans: row.replans as unknown as Replan[],
    checkedSlotAt: row.checkedUntil?.getTime(),
    plannedAt: row.plannedAt?.getTime(),
    finishedAt: row.finishedAt?.getTime(),
    plan: given(row.plan) as StoredPlan | undefined,
    report: given(row.report),
  };
}

/** The order of one occurrence: its window, its draw. */
export function orderFrom(row: OccurrenceRow): CampaignOrder {
  const recurring = row.campaign.recurrence !== null;
  const seed = seedOfOccurrence(row.campaign.seed, row.startsAt.getTime(), recurring);
  return orderIn(row.campaign, spanOf(row), seed);
}

function orderIn(row: CampaignRow, window: Span, seed: number): CampaignOrder {
  return {
    ...window,
    name: row.name,
    direction: row.direction as Direction,
    targetW: given(row.targetW),
    targetsW: listOf(row.targetsW),
    selection: row.selection as Selection,
    shareOfFleet: row.shareOfFleet,
    limits: row.limits as OrderLimits,
    priority: row.priority,
    confidence: row.confidence as Confidence,
    rampMs: row.rampMs,
    releaseCapW: given(row.releaseCapW),
    holdOutShare: row.holdOutShare,
    staggerMs: row.staggerMs,
    seed,
  };
}

function toSummary(row: Prisma.OccurrenceGetPayload<object>): OccurrenceSummary {
  return { occurrenceId: row.id, ...spanOf(row), status: row.status, localDay: given(row.localDay) };
}

function spanOf({ endsAt, startsAt }: { readonly startsAt: Date; readonly endsAt: Date }): Span {
  return { startsAt: startsAt.getTime(), endsAt: endsAt.getTime() };
}

function listOf(values: readonly number[]): readonly number[] | undefined {
  return values.length === 0 ? undefined : values;
}
