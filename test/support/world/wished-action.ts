import { randomUUID } from 'node:crypto';
import { hourMs, localDayOf, slotMs } from '@warmshift/domain';
import type { NewAction } from '../../../libs/campaigns/src/planned-actions';
import type { DeviceRow } from './world-rows';
import { evening } from './world';

/** An action of the evening's second slot and on that asks for so many starts of its device. */
export function wishedAction(of: DeviceRow, cyclesReserved: number): NewAction {
  const startsAt = new Date(evening + slotMs).toISOString();
  return {
    id: randomUUID(),
    zoneId: of.zoneId,
    deviceId: of.deviceId,
    connectionId: of.connectionId,
    zoneKind: of.kind,
    vendor: 'heatingcontrol',
    startsAt,
    endsAt: new Date(evening + hourMs).toISOString(),
    expectedYieldW: 1_000,
    baselineW: 1_000,
    cyclesReserved,
    cycleDay: localDayOf(evening, 'Europe/Brussels'),
    dueAt: startsAt,
  };
}
