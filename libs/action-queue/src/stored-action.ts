import type {
  ActionPurpose,
  ActionState,
  Direction,
  Instant,
  OutcomeCode,
  ZoneKind,
} from '@warmshift/domain';
import type { DeviceRef, VendorCommand, VendorState } from '@warmshift/vendors/contract';

/** An action as it lies in Postgres, with what is needed to reach its device. Power in W. */
export interface StoredAction {
  readonly actionId: string;
  readonly supplierId: string;
  /** Absent: no campaign's. */
  readonly occurrenceId?: string | undefined;
  readonly purpose: ActionPurpose;
  readonly connectionId: string;
  readonly deviceId: string;
  readonly zoneId: string;
  readonly zone: ZoneKind;
  readonly vendor: string;
  readonly direction: Direction;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly state: ActionState;
  readonly code?: OutcomeCode | undefined;
  readonly cyclesReserved: number;
  readonly cycleDay: string;
  /** The campaign's own limit on how far a setpoint may move, K, inside the rules. */
  readonly maxOffsetK?: number | undefined;
  /** Temperature the rules allowed it to set, °C. */
  readonly limitC?: number | undefined;
  readonly snapshot?: VendorState | undefined;
  readonly command?: VendorCommand | undefined;
  readonly restoreCommand?: VendorCommand | undefined;
  readonly restoreSentAt?: Instant | undefined;
  /** When a restore was about to be sent of which nobody has stored what came of it. */
  readonly restoreTriedAt?: Instant | undefined;
  readonly sentAt?: Instant | undefined;
  readonly activeAt?: Instant | undefined;
  /** Asked to end before its time, and why. */
  readonly endRequestedAt?: Instant | undefined;
  readonly endCode?: OutcomeCode | undefined;
  /** Tries of the present step. */
  readonly attempts: number;
  readonly dueAt?: Instant | undefined;
  readonly version: number;
  readonly device: DeviceRef;
}

/** A read-back or a restore's own comparison found our command on the device. */
export function sawOurs({ activeAt, restoreSentAt, restoreTriedAt }: StoredAction): boolean {
  return [activeAt, restoreSentAt, restoreTriedAt].some((at) => at !== undefined);
}

/** What a change writes beside the state. An absent field stays as it is. */
export interface ActionPatch {
  readonly limitC?: number;
  readonly snapshot?: VendorState;
  readonly command?: VendorCommand;
  readonly restoreCommand?: VendorCommand;
  readonly restoreSentAt?: Instant;
  /** `undefined` clears it: it is known what came of the attempt. */
  readonly restoreTriedAt?: Instant | undefined;
  readonly sentAt?: Instant;
  readonly activeAt?: Instant;
  readonly attempts?: number;
  readonly code?: OutcomeCode;
  readonly reason?: string;
  /** When the next step is due; ends are never due. */
  readonly dueAt?: Instant;
}

/** Somebody else changed the action meanwhile: what was being done is out of date. */
export class StaleAction extends Error {
  constructor(actionId: string) {
    super(`Action ${actionId} was changed by another process.`);
    this.name = 'StaleAction';
  }
}
