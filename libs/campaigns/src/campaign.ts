import type { AfterSlot, Direction, Instant, LeftOut, PlanSlot, Recurrence } from '@warmshift/domain';
import type { CampaignOrder } from './campaign-order';

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

/** `startsAt` and `endsAt` of a recurring campaign: of its first and of its last occurrence. */
export interface Campaign extends CampaignOrder {
  readonly campaignId: string;
  readonly supplierId: string;
  readonly recurrence?: Recurrence | undefined;
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
  /** Of a recurring campaign. */
  readonly localDay?: string | undefined;
}

export interface Occurrence extends OccurrenceSummary {
  readonly campaignId: string;
  readonly supplierId: string;
  readonly campaignName: string;
  readonly direction: Direction;
  readonly targetW?: number | undefined;
  readonly targetsW?: readonly number[] | undefined;
  readonly priority: number;
  readonly replans: readonly Replan[];
  /** Start of the last slot for which delivered was held against asked. */
  readonly checkedSlotAt?: Instant | undefined;
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
  readonly afterSlots?: readonly AfterSlot[] | undefined;
  readonly cost?: number | undefined;
}

/** One change of a plan inside its window. Power in W. */
export interface Replan {
  readonly at: Instant;
  /** `SHORT`: less was delivered than asked, so devices were added. `OVER`: more, so some were given back early. */
  readonly reason: 'SHORT' | 'OVER';
  /** The slot that was looked at. */
  readonly slotStartsAt: Instant;
  readonly askedW: number;
  readonly deliveredW: number;
  readonly added: number;
  readonly ended: number;
}
