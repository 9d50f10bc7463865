import { slotMs, type Instant, type Span } from '@warmshift/domain';
import { deliveredOf, shareOf, type ReportedAction } from './report';

/** An action that goes on, with what it is worth by what was seen of it. */
export interface RunningAction {
  readonly actionId: string;
  readonly zoneId: string;
  readonly deviceId: string;
  readonly span: Span;
  /** W over its span: as planned, brought to what readings showed. */
  readonly yieldW: number;
  readonly cyclesReserved: number;
  readonly sent: boolean;
}

export interface SlotBalance {
  readonly deliveredW: number;
  readonly running: readonly RunningAction[];
}

/** One reading more or less must not make a device worth nothing, nor twice what it was. */
const correction = { least: 0.25, most: 1.5 };

const going: ReadonlySet<string> = new Set(['PLANNED', 'DISPATCHING', 'SENT', 'ACTIVE']);

/**
 * What one slot delivered, from readings where there are any, else as planned where a read-back showed the action on the
 * device, else nothing. Pure.
 */
export function slotBalance(actions: readonly ReportedAction[], slotStartsAt: Instant): SlotBalance {
  const slot = { startsAt: slotStartsAt, endsAt: slotStartsAt + slotMs };
  let deliveredW = 0;
  const running: RunningAction[] = [];
  for (const action of actions) {
    const plannedW =
      action.activeAt === undefined ? 0 : action.expectedYieldW * shareOf(slotStartsAt, action.span);
    const seenW = action.activeAt === undefined ? undefined : deliveredOf(slot, action)[0]?.powerW;
    deliveredW += seenW ?? plannedW;
    if (!going.has(action.state) || action.endRequestedAt !== undefined) continue;
    const whole = shareOf(slotStartsAt, action.span) === 1;
    const seenShare = seenW === undefined || !whole || plannedW <= 0 ? 1 : seenW / plannedW;
    running.push({
      actionId: action.actionId,
      zoneId: action.zoneId,
      deviceId: action.deviceId,
      span: action.span,
      yieldW: action.expectedYieldW * Math.min(correction.most, Math.max(correction.least, seenShare)),
      cyclesReserved: action.cyclesReserved,
      sent: action.sentAt !== undefined,
    });
  }
  return { deliveredW, running };
}

/**
 * Actions that can end now with every slot of the rest still reaching its target by what was seen. Those that never went out
 * first, they cost nobody anything; then the largest, so that few are disturbed. At most a quarter of what runs at a
 * time: what comes back after a release is not known before it has.
 */
export function releasable(
  running: readonly RunningAction[],
  targetsW: readonly number[],
  fromAt: Instant,
  tolerance: number,
): RunningAction[] {
  const surplusW = targetsW.map((targetW, slot) => {
    const startsAt = fromAt + slot * slotMs;
    const sum = running.reduce((total, { span, yieldW }) => total + yieldW * shareOf(startsAt, span), 0);
    return sum - targetW * (1 + tolerance / 2);
  });
  const most = Math.ceil(running.length / 4);
  const chosen: RunningAction[] = [];
  const order = [...running].sort(
    (a, b) => Number(a.sent) - Number(b.sent) || b.yieldW - a.yieldW || (a.zoneId < b.zoneId ? -1 : 1),
  );
  for (const action of order) {
    if (chosen.length >= most) break;
    const takes = targetsW.map(
      (_targetW, slot) => action.yieldW * shareOf(fromAt + slot * slotMs, action.span),
    );
    if (
      !takes.some((takenW) => takenW > 0) ||
      takes.some((takenW, slot) => takenW > 0 && takenW > surplusW[slot]!)
    )
      continue;
    takes.forEach((takenW, slot) => (surplusW[slot]! -= takenW));
    chosen.push(action);
  }
  return chosen;
}
