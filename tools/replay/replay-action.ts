import type {
  ActionPurpose,
  ActionState,
  Direction,
  Instant,
  LocalDay,
  OutcomeCode,
  ZoneKind,
} from '@warmshift/domain';
import type { VendorCommand, VendorState } from '@warmshift/vendors/contract';

/** One action of the replay. Power in W. */
export interface ReplayAction {
  readonly actionId: string;
  readonly zoneId: string;
  readonly direction: Direction;
  /** Absent: a campaign's. */
  readonly purpose?: ActionPurpose | undefined;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly cyclesReserved: number;
  readonly cycleDay: LocalDay;
  /** Of a disinfection run. */
  readonly plannedAt?: Instant | undefined;
  state: ActionState;
  code?: OutcomeCode | undefined;
  limitC?: number | undefined;
  snapshot?: VendorState | undefined;
  command?: VendorCommand | undefined;
  sentAt?: Instant | undefined;
  activeAt?: Instant | undefined;
  restoreSentAt?: Instant | undefined;
  nextTryAt?: Instant | undefined;
  /** Before it nothing needs to be asked. */
  dueAt: Instant;
}

/** What an action was sent for, and what the ledger of its day held when it was. */
export interface SentAction {
  readonly zone: ZoneKind;
  readonly direction: Direction;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly cycles: {
    readonly cost: number;
    readonly observed?: number | undefined;
    readonly kept?: number | undefined;
  };
}
