import { campaignOrderSchema, type ParsedOrder } from '@warmshift/campaigns';
import {
  InvalidInput,
  slotMs,
  zoneKinds,
  type FieldProblem,
  type Instant,
  type ZoneKind,
} from '@warmshift/domain';
import type { ThermalDevice } from '@warmshift/fleet-sync';
import type { ScheduleBody } from './schedule.dto';

/** NOX heats a tank for an hour at most. */
const longestTankHeatingSlots = 4;
const mostStretches = 24;
/** Of one window of a campaign. */
const longestStretchSlots = 48;

type Slot = NonNullable<ScheduleBody['room']>[number];

interface Stretch {
  readonly zone: ZoneKind;
  readonly direction: Exclude<Slot, 'none'>;
  readonly from: number;
  readonly count: number;
}

export interface StretchOrder {
  /** Of the first slot. */
  readonly field: string;
  readonly order: ParsedOrder;
}

/** NOX's rule: on a quarter of an hour it starts there, else at the next one. */
export function scheduleStart(asked: Instant | undefined, now: Instant): Instant {
  return Math.ceil((asked ?? now + 1) / slotMs) * slotMs;
}

/**
 * One order per stretch of equal slots: as much as the rules let this one zone give.
 * @throws InvalidInput naming the slots that cannot be.
 */
export function scheduleOrders(body: ScheduleBody, device: ThermalDevice, startsAt: Instant): StretchOrder[] {
  const stretches = zoneKinds.flatMap((zone) => stretchesOf(zone, body[zone] ?? []));
  const problems = [
    ...zoneKinds.flatMap((zone) => missingZone(zone, body, device)),
    ...stretches.flatMap(tooLong),
  ];
  if (stretches.length === 0) problems.push({ field: 'body', reason: 'has no slot that steers anything' });
  if (stretches.length > mostStretches)
    problems.push({ field: 'body', reason: `has more than ${mostStretches} stretches of equal slots` });
  if (problems.length > 0) throw new InvalidInput(problems);
  return stretches.map((stretch) => orderOf(stretch, device.deviceId, startsAt));
}

function orderOf(stretch: Stretch, deviceId: string, startsAt: Instant): StretchOrder {
  const at = (slot: number) => new Date(startsAt + slot * slotMs).toISOString();
  const order = campaignOrderSchema.parse({
    name: `Schedule of device ${deviceId}, ${stretch.zone}`,
    direction: stretch.direction,
    startsAt: at(stretch.from),
    endsAt: at(stretch.from + stretch.count),
    selection: { deviceIds: [deviceId], zones: [stretch.zone] },
  });
  return { field: fieldOf(stretch), order };
}

function fieldOf({ zone, from }: Stretch): string {
  return `${zone}.${from}`;
}

function missingZone(zone: ZoneKind, body: ScheduleBody, device: ThermalDevice): FieldProblem[] {
  const isThere = device.zones.some((known) => known.zone === zone);
  return body[zone] === undefined || isThere
    ? []
    : [{ field: zone, reason: 'the device has no such circuit' }];
}

function tooLong(stretch: Stretch): FieldProblem[] {
  const heatsTank = stretch.zone === 'DHW' && stretch.direction === 'increase';
  const most = heatsTank ? longestTankHeatingSlots : longestStretchSlots;
  if (stretch.count <= most) return [];
  return [{ field: fieldOf(stretch), reason: `begins ${stretch.count} equal slots; ${most} are allowed` }];
}

function stretchesOf(zone: ZoneKind, slots: readonly Slot[]): Stretch[] {
  const stretches: Stretch[] = [];
  let from = 0;
  while (from < slots.length) {
    const direction = slots[from]!;
    let count = 1;
    while (slots[from + count] === direction) count += 1;
    if (direction !== 'none') stretches.push({ zone, direction, from, count });
    from += count;
  }
  return stretches;
}
