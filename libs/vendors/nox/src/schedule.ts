import type { Instant, Span, ZoneKind } from '@warmshift/domain';
import { slotMs, zoneKinds } from '@warmshift/domain';
import type { SteeringIntent } from '@warmshift/vendors/contract';
import { z } from 'zod';
import type { ScheduleSlots, SlotWord } from './schedule-body';

export const slotsPerSchedule = 96;
/** DHW heating may not run for more than one hour (Submit Thermal Control Schedule). */
const maxDhwOnSlots = 4;

/** A stretch of whole quarters in which a zone is told what to do. */
export const steeredSpanSchema = z.object({
  zone: z.enum(zoneKinds),
  word: z.enum(['off', 'on']),
  startsAt: z.number(),
  endsAt: z.number(),
});
export type SteeredSpan = z.output<typeof steeredSpanSchema>;

type DeviceSpan = SteeringIntent['deviceSpans'][number];

/** The first quarter hour at or after an instant. */
export function quarterAtOrAfter(at: Instant): Instant {
  return Math.ceil(at / slotMs) * slotMs;
}

/**
 * What a device's spans become on NOX's grid: only quarters that lie wholly inside a span, so that nothing is
 * steered outside its window. A run of DHW heating is cut after its fourth quarter. Later spans win over earlier ones.
 */
export function steeredSpans(spans: readonly DeviceSpan[]): SteeredSpan[] {
  return zoneKinds.flatMap((zone) => {
    const words = new Map<Instant, Exclude<SlotWord, 'auto'>>();
    for (const { direction, span } of spans.filter((candidate) => candidate.zone === zone)) {
      for (const slot of wholeQuarters(span)) words.set(slot, direction === 'decrease' ? 'off' : 'on');
    }
    const runs = runsOf(zone, words);
    return zone === 'DHW' ? runs.map(cutDhwRun) : runs;
  });
}

/** The 96 words per zone of a schedule whose first quarter starts at `startsAt`. */
export function slotsFrom(startsAt: Instant, steered: readonly SteeredSpan[]): ScheduleSlots {
  const words = (zone: ZoneKind): SlotWord[] =>
    Array.from({ length: slotsPerSchedule }, (_, index) => {
      const slot = startsAt + index * slotMs;
      return steered.find((span) => span.zone === zone && covers(span, slot))?.word ?? 'auto';
    });
  return { DHW: words('DHW'), room: words('room') };
}

export function covers(span: Span, at: Instant): boolean {
  return span.startsAt <= at && at < span.endsAt;
}

function wholeQuarters({ startsAt, endsAt }: Span): Instant[] {
  const slots: Instant[] = [];
  for (let slot = quarterAtOrAfter(startsAt); slot + slotMs <= endsAt; slot += slotMs) slots.push(slot);
  return slots;
}

function runsOf(zone: ZoneKind, words: ReadonlyMap<Instant, 'off' | 'on'>): SteeredSpan[] {
  const runs: SteeredSpan[] = [];
  for (const [slot, word] of [...words].sort(([a], [b]) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && last.endsAt === slot && last.word === word) last.endsAt = slot + slotMs;
    else runs.push({ zone, word, startsAt: slot, endsAt: slot + slotMs });
  }
  return runs;
}

function cutDhwRun(run: SteeredSpan): SteeredSpan {
  if (run.word !== 'on') return run;
  return { ...run, endsAt: Math.min(run.endsAt, run.startsAt + maxDhwOnSlots * slotMs) };
}
