import type { ZoneKind } from '@warmshift/domain';
import { fieldsOf } from '../../http/body';
import type { Reply, SandboxRequest } from '../../http/routes';
import { isAllAuto, nextQuarter, scheduleSlots, tooLongRun } from '../../world/heat-pump-schedule';
import { slotWords, type SlotWord } from '../../world/heat-pump-types';
import type { CloudContext } from '../cloud-context';
import { energySupplier, parseUtc } from './nox-format';
import { ok, unprocessable } from './nox-replies';

/** Hot water may be heated for an hour at a time. */
const longestDhwRun = 4;

/**
 * `POST /v1/device/thermal-control/schedule`. The rules are documented (96 slots, start moved to the next quarter
 * hour, replaced whole, an hour of hot water at most); the body is not published, so its fields and words are ours.
 */
export function takeSchedule(context: CloudContext, request: SandboxRequest): Reply {
  const body = fieldsOf(request.body);
  const device = context.world.fleet.nox.find((pump) => pump.identity.vendorDeviceId === body['device_id']);
  if (typeof body['device_id'] !== 'string') {
    return unprocessable(['body', 'device_id'], 'Field required', 'missing');
  }
  if (!device) return { status: 404, body: { detail: `Device ${body['device_id']} not found` } };
  const now = context.now();
  const wantedStart = startOf(body['start_time'], now);
  if (wantedStart === undefined)
    return unprocessable(['body', 'start_time'], 'Input should be a valid datetime');
  const startsAt = nextQuarter(wantedStart);
  const schedule = fieldsOf(body['schedule']);
  const words = { DHW: wordsOf(schedule['DHW']), room: wordsOf(schedule['room']) };
  for (const zone of ['DHW', 'room'] as const) {
    if (typeof words[zone] === 'string') return unprocessable(['body', 'schedule', zone], words[zone]);
  }
  const parsed = words as Readonly<Record<ZoneKind, readonly SlotWord[]>>;
  const tooLong = tooLongRun(parsed.DHW, longestDhwRun);
  if (tooLong !== undefined) {
    const msg = `DHW heating may not be active for more than ${longestDhwRun} consecutive slots (from slot ${tooLong})`;
    return unprocessable(['body', 'schedule', 'DHW'], msg);
  }
  const neutral = isAllAuto(parsed);
  if (!neutral && !device.settings.optimization_settings.flex_trading) {
    return unprocessable(['body', 'device_id'], 'flex_trading is not enabled for this device');
  }
  if (!device.reachable) return { status: 409, body: { detail: 'The device is not connected' } };
  const what = {
    start_time: new Date(startsAt).toISOString(),
    DHW: brief(parsed.DHW),
    room: brief(parsed.room),
  };
  request.apply({ vendorDeviceId: device.identity.vendorDeviceId, call: 'schedule', what }, () => {
    device.take({ startsAt, words: parsed }, now);
  });
  return ok({
    status: 'success',
    message: 'Schedule submitted successfully',
    meta: {
      schedule_granularity: '15min',
      energy_supplier: energySupplier,
      timezone: 'UTC',
      start_time: new Date(startsAt).toISOString().replace('.000Z', 'Z'),
    },
  });
}

/** The wanted start; now when none was given or it lies in the past. */
function startOf(text: unknown, now: number): number | undefined {
  if (text === undefined || text === null) return now;
  const at = typeof text === 'string' ? parseUtc(text) : undefined;
  return at === undefined ? undefined : Math.max(at, now);
}

/** The words of one circuit, or what is wrong with them. */
function wordsOf(value: unknown): readonly SlotWord[] | string {
  if (!Array.isArray(value)) return `Input should be a list of ${scheduleSlots} words`;
  if (value.length !== scheduleSlots) {
    return `List should have ${scheduleSlots} items, not ${value.length}`;
  }
  const wrong = value.findIndex((word) => !slotWords.some((known) => known === word));
  if (wrong >= 0) return `Slot ${wrong} should be one of ${slotWords.join(', ')}`;
  return value as SlotWord[];
}

/** Runs of words other than `auto`, for the list of writes. */
function brief(words: readonly SlotWord[]): readonly string[] {
  const runs: string[] = [];
  for (let slot = 0; slot < words.length;) {
    let end = slot + 1;
    while (end < words.length && words[end] === words[slot]) end += 1;
    if (words[slot] !== 'auto') runs.push(`${words[slot] ?? ''} ${slot}-${end - 1}`);
    slot = end;
  }
  return runs;
}
