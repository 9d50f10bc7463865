import { createHash } from 'node:crypto';
import { slotMs, type Instant } from '@warmshift/domain';
import { toReport } from '../admin/report.dto';
import { isoOf, kwOf } from '../http/wire';
import type { OccurrenceNow, ProgressRepository, SlotNow } from './progress.repository';

/** One message for everybody who watches, ready to be written. */
export interface Snapshot {
  /** Changes with the content, and is the same from every replica: what `Last-Event-ID` is compared with. */
  readonly id: string;
  /** The whole server-sent event. */
  readonly text: string;
  /** Nothing follows it. */
  readonly last: boolean;
}

/** Readings come in late: a slot is looked at again for so long after it has ended. */
const settledAfterMs = 2 * slotMs;
/** What comes back comes in the hours after the last event: the report that is asked for later tells it. */
const notYetKnown = { slots: [], reboundWh: 0 };

/** Makes the snapshots of one occurrence. Slots that will not change any more are asked for once. */
export class OccurrenceSnapshots {
  private readonly seen = new Map<Instant, SlotNow>();

  constructor(
    private readonly progress: ProgressRepository,
    private readonly supplierId: string,
    private readonly occurrenceId: string,
  ) {}

  /** @throws NotFound */
  async take(now: Instant): Promise<Snapshot> {
    const occurrence = await this.progress.now(this.supplierId, this.occurrenceId);
    if (occurrence.status === 'CANCELLED' || occurrence.status === 'FINISHED') return this.last(occurrence);
    await this.look(occurrence, now);
    return snapshot('progress', this.wire(occurrence), false);
  }

  private async look({ startsAt, endsAt }: OccurrenceNow, now: Instant): Promise<void> {
    const settled = [...this.seen.keys()].filter((slot) => slot + slotMs + settledAfterMs <= now);
    const from = settled.length === 0 ? startsAt : Math.max(...settled) + slotMs;
    const span = { startsAt: Math.max(startsAt, from), endsAt: Math.min(endsAt, now) };
    const slots = await this.progress.slots(this.supplierId, this.occurrenceId, span);
    for (const slot of slots) this.seen.set(slot.startsAt, slot);
  }

  private wire({ status, startsAt, endsAt, states, planSlots }: OccurrenceNow) {
    return {
      occurrenceId: this.occurrenceId,
      status,
      startsAt: isoOf(startsAt),
      endsAt: isoOf(endsAt),
      states,
      slots: planSlots.map((slot) => {
        const seen = this.seen.get(slot.startsAt);
        return {
          startsAt: isoOf(slot.startsAt),
          askedKw: kwOf(slot.targetW),
          promisedKw: kwOf(slot.promisedW),
          acknowledgedKw: kwOf(seen?.acknowledgedW),
          observedKw: kwOf(seen?.observedW),
        };
      }),
    };
  }

  private last(occurrence: OccurrenceNow): Snapshot {
    const { status, finishedAt, report } = occurrence;
    const told =
      report === undefined || finishedAt === undefined
        ? undefined
        : toReport({ occurrenceId: this.occurrenceId, finishedAt }, report, notYetKnown);
    const { slots: _slots, ...state } = this.wire(occurrence);
    return snapshot(status === 'FINISHED' ? 'finished' : 'cancelled', { ...state, report: told }, true);
  }
}

function snapshot(event: string, data: object, last: boolean): Snapshot {
  const json = JSON.stringify(data);
  const id = createHash('sha256').update(json).digest('base64url').slice(0, 22);
  return { id, text: `event: ${event}\nid: ${id}\ndata: ${json}\n\n`, last };
}
