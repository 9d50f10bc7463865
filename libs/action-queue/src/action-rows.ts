import { given } from '@warmshift/db';
import type { StoredAction } from './stored-action';

/** The select list of `action` joined with its `device`. */
export const actionColumns = `
  action.id AS "actionId", action.supplier_id AS "supplierId", action.occurrence_id AS "occurrenceId", action.purpose,
  action.connection_id AS "connectionId", action.device_id AS "deviceId", action.zone_id AS "zoneId",
  action.zone_kind AS zone, action.vendor, action.direction, action.starts_at AS "startsAt",
  action.ends_at AS "endsAt", action.state, action.code, action.cycles_reserved AS "cyclesReserved",
  action.cycle_day AS "cycleDay", action.limit_c AS "limitC", action.max_offset_k AS "maxOffsetK", action.snapshot,
  action.command, action.restore_command AS "restoreCommand", action.restore_sent_at AS "restoreSentAt",
  action.restore_tried_at AS "restoreTriedAt",
  action.sent_at AS "sentAt", action.active_at AS "activeAt", action.end_requested_at AS "endRequestedAt",
  action.end_code AS "endCode", action.attempts, action.due_at AS "dueAt", action.version,
  device.vendor_device_id AS "vendorDeviceId", device.vendor_site_id AS "vendorSiteId", device.kind AS "deviceKind"`;

/** What `actionColumns` selects; NULL where `StoredAction` has nothing. */
export type ActionRow = Omit<StoredAction, 'device'> & {
  readonly vendorDeviceId: string;
  readonly vendorSiteId: string | null;
  readonly deviceKind: string;
};

export function toAction({ vendorDeviceId, vendorSiteId, deviceKind, ...row }: ActionRow): StoredAction {
  const plain = Object.fromEntries(Object.entries(row).map(([key, value]) => [key, given(value)])) as Omit<
    StoredAction,
    'device'
  >;
  return {
    ...plain,
    device: {
      vendorDeviceId,
      vendorSiteId: given(vendorSiteId),
      kind: deviceKind as StoredAction['device']['kind'],
    },
  };
}
