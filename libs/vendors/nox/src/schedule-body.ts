/**
 * A PROPOSAL. NOX documents what a thermal-control schedule does (24 h in 96 quarters, replaced as a whole, starting at a
 * quarter hour, DHW heating for at most one hour, failsafes on top) but not the body of the call: neither its
 * fields nor the words of a slot. Everything that is our guess is in this file, so that the published form will
 * replace it alone. Against hosts that are not local nothing here is sent unless a connection's setting
 * `allowUnpublishedSchedule` is on.
 */
import type { Instant, ZoneKind } from '@warmshift/domain';
import { maybe } from '@warmshift/vendors/kit';
import { z } from 'zod';
import { formatTimestamp, parseTimestamp } from './timestamps';

export const schedulePath = '/v1/device/thermal-control/schedule';

/** `auto`: the device decides. `off`: no heating except the failsafe. `on`: heat. */
export const slotWords = ['auto', 'off', 'on'] as const;
export type SlotWord = (typeof slotWords)[number];

export type ScheduleSlots = Readonly<Record<ZoneKind, readonly SlotWord[]>>;

export interface ScheduleBody {
  readonly device_id: string;
  /** A quarter hour in the future; absent: the next one. */
  readonly start_time?: string;
  readonly schedule: ScheduleSlots;
}

/** The body that gives a device this schedule, from the quarter that starts at `startsAt`. */
export function scheduleBody(
  deviceId: string,
  slots: ScheduleSlots,
  startsAt: Instant | undefined,
): ScheduleBody {
  const start = startsAt === undefined ? {} : { start_time: formatTimestamp(startsAt) };
  return { device_id: deviceId, ...start, schedule: { DHW: slots.DHW, room: slots.room } };
}

const replySchema = z.object({
  status: maybe(z.string()),
  message: maybe(z.string()),
  meta: maybe(z.object({ start_time: maybe(z.string()) })),
});

export interface ScheduleReply {
  readonly refused: boolean;
  readonly words: string | undefined;
  /** When the schedule starts, where the vendor says so. */
  readonly startsAt: Instant | undefined;
}

/** What a successful HTTP answer says. One that cannot be read says nothing: the schedule may have been taken. */
export function readScheduleReply(text: string): ScheduleReply {
  const silent: ScheduleReply = { refused: false, words: undefined, startsAt: undefined };
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { ...silent, words: text || undefined };
  }
  const reply = replySchema.safeParse(body);
  if (!reply.success) return { ...silent, words: text };
  const { status, message, meta } = reply.data;
  const startsAt = meta?.start_time === undefined ? undefined : parseTimestamp(meta.start_time);
  return { refused: status !== undefined && status.toLowerCase() !== 'success', words: message, startsAt };
}
