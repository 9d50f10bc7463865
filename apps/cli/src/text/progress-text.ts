import type { OccurrenceEvent, Schemas } from '@warmshift/client';
import { table } from '@warmshift/terminal';
import { counts, hour, kw } from './words';

type Data = Schemas['OccurrenceEvent'];
type Slot = NonNullable<Data['slots']>[number];

/** One line for a file or a pipe: `RUNNING  ACTIVE 12, PLANNED 3 | 17:15 asked 20.0, promised 21.0, …`. */
export function progressLine({ data, event }: OccurrenceEvent): string {
  const states = counts(data.states) || 'no action yet';
  const slot = latestSlot(data.slots ?? []);
  const power = event !== 'progress' || slot === undefined ? '' : ` | ${slotText(slot)}`;
  return `${data.status.padEnd(9)} ${states}${power}`;
}

/** The last slot in which something is known to have happened. */
function latestSlot(slots: readonly Slot[]): Slot | undefined {
  return slots.findLast(
    ({ acknowledgedKw, observedKw }) => acknowledgedKw !== undefined || observedKw !== undefined,
  );
}

function slotText({ acknowledgedKw, askedKw, observedKw, promisedKw, startsAt }: Slot): string {
  const parts = [
    askedKw === undefined ? undefined : `asked ${kw(askedKw)}`,
    `promised ${kw(promisedKw)}`,
    `acknowledged ${kw(acknowledgedKw)}`,
    observedKw === undefined ? undefined : `observed ${kw(observedKw)} kW`,
  ];
  return `${hour(startsAt)} ${parts.filter(Boolean).join(', ')}`;
}

/** The whole state on a terminal that is drawn over. */
export function progressBlock({ data }: OccurrenceEvent): string {
  const rows = (data.slots ?? []).map((slot) => [
    hour(slot.startsAt),
    kw(slot.askedKw),
    kw(slot.promisedKw),
    kw(slot.acknowledgedKw),
    kw(slot.observedKw),
  ]);
  const head = `${data.status}: ${counts(data.states) || 'no action yet'}`;
  if (rows.length === 0) return head;
  return `${head}\n\n${table(['slot', 'asked kW', 'promised', 'acknowledged', 'observed'], rows)}`;
}
