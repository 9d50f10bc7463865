import type { Schemas } from '@warmshift/client';
import type { Screen } from '../screen';
import { at, counts, hour, kw, timeZone } from './words';

type Report = Schemas['ReportAnswer'];

/** A report on one screen; the CSV and the JSON have everything. */
export function showReport(report: Report, screen: Screen): void {
  const { byVendor, finishedAt, holdOut, outcomes, preempted, reasons, rebound, slots } = report;
  screen.table(
    ['slot', 'asked kW', 'promised', 'commanded', 'acknowledged', 'observed', 'rebound'],
    slots.map((slot) => [
      hour(slot.startsAt),
      kw(slot.askedKw),
      kw(slot.promisedKw),
      kw(slot.commandedKw),
      kw(slot.acknowledgedKw),
      kw(slot.observedKw),
      kw(slot.reboundKw),
    ]),
  );
  screen.print('');
  screen.table(
    ['vendor', 'actions', 'measured', 'observed kWh'],
    byVendor.map(({ actions, measured, observedKwh, vendor }) => [
      vendor,
      actions,
      measured,
      kw(observedKwh),
    ]),
  );
  screen.print('');
  screen.fact('ended', at(finishedAt));
  screen.fact('outcomes', counts(outcomes) || 'no action');
  if (Object.keys(reasons).length > 0) screen.fact('because', counts(reasons));
  if (preempted > 0) screen.fact('took over', `${preempted} actions of campaigns of lower priority`);
  screen.fact('afterwards', `${kw(rebound.reboundKwh)} kWh came back, as far as it is known`);
  if (holdOut !== undefined) showHoldOut(holdOut, screen);
  screen.note(
    `\nAcknowledged: a read-back showed it on the device. Observed: seen in readings. Times: ${timeZone()}.`,
  );
}

function showHoldOut(
  { heldOutZones, slots, steeredZones }: NonNullable<Report['holdOut']>,
  screen: Screen,
): void {
  screen.print(`\n  ${heldOutZones} zones were left alone to measure ${steeredZones} against:`);
  screen.table(
    ['slot', 'expected kW', 'steered', 'delivered'],
    slots.map((slot) => [hour(slot.startsAt), kw(slot.expectedKw), kw(slot.steeredKw), kw(slot.deliveredKw)]),
  );
}
