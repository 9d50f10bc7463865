import type { Direction, Instant, LeftOut, PlanSlot } from '@warmshift/domain';
import type { Selection } from './campaign-order';

export const campaignStatuses = ['ACTIVE', 'CANCELLED', 'FINISHED'] as const;
export const occurrenceStatuses = [
  'SCHEDULED',
  'PLANNED',
  'RUNNING',
  'RESTORING',
  'FINISHED',
  'CANCELLED',
] as const;
export type CampaignStatus = (typeof campaignStatuses)[number];
export type OccurrenceStatus = (typeof occurrenceStatuses)[number];

export interface Campaign {
  readonly campaignId: string;
  readonly supplierId: string;
  readonly name: string;
  readonly direction: Direction;
  readonly targetW?: number | undefined;
  readonly selection: Selection;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly holdOutShare: number;
  readonly staggerMs: number;
  readonly seed: number;
  readonly status: CampaignStatus;
  readonly createdBy: string;
  readonly createdAt: Instant;
  readonly occurrences: readonly OccurrenceSummary[];
}

export interface OccurrenceSummary {
  readonly occurrenceId: string;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly status: OccurrenceStatus;
}

export interface Occurrence extends OccurrenceSummary {
  readonly campaignId: string;
  readonly supplierId: string;
  readonly campaignName: string;
  readonly direction: Direction;
  readonly targetW?: number | undefined;
  readonly plannedAt?: Instant | undefined;
  readonly finishedAt?: Instant | undefined;
  readonly plan?: StoredPlan | undefined;
  readonly report?: unknown;
}

/** What the plan said when it was made. Chosen zones are the occurrence's actions. */
export interface StoredPlan {
  readonly slots: readonly PlanSlot[];
  readonly leftOut: readonly LeftOut[];
  readonly chosen: number;
  readonly reboundWh: number;
}
