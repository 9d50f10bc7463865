import type {
  ActionPurpose,
  ActionState,
  Direction,
  Instant,
  OutcomeCode,
  ZoneKind,
} from '@warmshift/domain';

/** An action as operators see it. Power in W. */
export interface ActionView {
  readonly actionId: string;
  readonly purpose: ActionPurpose;
  /** Absent, like name and occurrence, for an action that no campaign asked for. */
  readonly campaignId?: string | undefined;
  readonly campaignName?: string | undefined;
  readonly occurrenceId?: string | undefined;
  readonly connectionId: string;
  readonly vendor: string;
  readonly deviceId: string;
  readonly deviceName: string;
  readonly zoneId: string;
  readonly zone: ZoneKind;
  readonly direction: Direction;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly state: ActionState;
  readonly code?: OutcomeCode | undefined;
  readonly reason?: string | undefined;
  /** The device may hold something of ours past the end of its window. */
  readonly overdue: boolean;
  readonly expectedYieldW: number;
  readonly baselineW: number;
  readonly cyclesReserved: number;
  readonly sentAt?: Instant | undefined;
  readonly activeAt?: Instant | undefined;
  readonly restoreSentAt?: Instant | undefined;
  readonly endedAt?: Instant | undefined;
  readonly endRequestedAt?: Instant | undefined;
  readonly endCode?: OutcomeCode | undefined;
  /** Tries of the present step, and when the next one is due. */
  readonly attempts: number;
  readonly dueAt?: Instant | undefined;
  /** What was tried last, and what came of it. */
  readonly lastEvent?: ActionHistoryEntry | undefined;
}

/** With what was written to the device, in the vendor's own terms, and everything that happened. */
export interface ActionDetail extends ActionView {
  readonly snapshot?: Record<string, unknown> | undefined;
  readonly command?: Record<string, unknown> | undefined;
  readonly restoreCommand?: Record<string, unknown> | undefined;
  readonly history: readonly ActionHistoryEntry[];
}

export interface ActionHistoryEntry {
  readonly at: Instant;
  readonly from: ActionState;
  readonly to: ActionState;
  readonly event: string;
  readonly code?: OutcomeCode | undefined;
  readonly cause?: string | undefined;
  /** The vendor's own words. */
  readonly words?: string | undefined;
}
