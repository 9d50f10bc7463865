import type { ActionView } from '@warmshift/action-queue';
import type { z } from 'zod';
import { isoOf, kwOf } from '../http/wire';
import type { reportSchema } from './report.dto';

type Report = z.input<typeof reportSchema>;
type Cell = string | number | undefined;

/** The first lines of both files. New columns come at the end. */
export const slotColumns = [
  'starts_at',
  'vendor',
  'asked_kw',
  'promised_kw',
  'commanded_kw',
  'acknowledged_kw',
  'observed_kw',
  'reported_kw',
  'estimated_kw',
  'rebound_kw',
  'hold_out_delivered_kw',
] as const;
export const actionColumns = [
  'action_id',
  'device_id',
  'zone_id',
  'vendor',
  'direction',
  'starts_at',
  'ends_at',
  'state',
  'code',
  'expected_yield_kw',
  'baseline_kw',
  'sent_at',
  'active_at',
  'ended_at',
] as const;

/** A line per slot for all vendors together (`vendor` is empty), then one per slot and vendor. */
export function slotLines(report: Report): string {
  const heldOut = new Map(report.holdOut?.slots.map(({ deliveredKw, startsAt }) => [startsAt, deliveredKw]));
  const all = report.slots.map((slot) => [
    slot.startsAt,
    '',
    slot.askedKw,
    slot.promisedKw,
    slot.commandedKw,
    slot.acknowledgedKw,
    slot.observedKw,
    slot.reportedKw,
    slot.estimatedKw,
    slot.reboundKw,
    heldOut.get(slot.startsAt),
  ]);
  const perVendor = report.byVendor.flatMap(({ slots, vendor }) =>
    slots.map((slot) => [
      slot.startsAt,
      vendor,
      undefined,
      undefined,
      slot.commandedKw,
      slot.acknowledgedKw,
      slot.observedKw,
      slot.reportedKw,
      slot.estimatedKw,
      undefined,
      undefined,
    ]),
  );
  return csvLines([[...slotColumns], ...all, ...perVendor]);
}

export function actionLines(actions: readonly ActionView[]): string {
  return csvLines(
    actions.map((action) => [
      action.actionId,
      action.deviceId,
      action.zoneId,
      action.vendor,
      action.direction,
      isoOf(action.startsAt),
      isoOf(action.endsAt),
      action.state,
      action.code,
      kwOf(action.expectedYieldW),
      kwOf(action.baselineW),
      isoOf(action.sentAt),
      isoOf(action.activeAt),
      isoOf(action.endedAt),
    ]),
  );
}

/** RFC 4180. A text that a spreadsheet would run as a formula gets an apostrophe before it. */
export function csvLines(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => `${row.map(cellOf).join(',')}\r\n`).join('');
}

function cellOf(value: Cell): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
