import type { Schemas } from '@warmshift/client';
import type { Order } from '../order/order-options';
import type { Screen } from '../screen';
import { at, counts, hour, kw, many, short, timeZone } from './words';

type Preview = Schemas['PreviewAnswer'];

/** What an order would do, on one screen. */
export function showPreview(order: Order, preview: Preview, screen: Screen): void {
  screen.print(`${titleOf(order)}\n`);
  screen.table(
    ['slot', 'asked kW', 'expected', 'promised', 'short'],
    preview.slots.map((slot) => [
      at(slot.startsAt),
      kw(slot.targetKw),
      kw(slot.expectedKw),
      kw(slot.promisedKw),
      kw(slot.shortfallKw),
    ]),
  );
  const leftOut = Object.fromEntries(preview.leftOutByCode.map(({ code, zones }) => [code, zones]));
  screen.print('');
  screen.fact('chosen', many(preview.chosen, 'action'));
  screen.fact('left out', counts(leftOut) || 'nobody');
  screen.fact('afterwards', `${kw(preview.reboundKwh)} kWh come back`);
  if (preview.preempted > 0)
    screen.fact('takes over', `${many(preview.preempted, 'action')} of campaigns of lower priority`);
  for (const { requests, requestsPerDay, requestsToday, vendor } of preview.quotaUse) {
    if (requestsPerDay !== undefined)
      screen.fact('requests', `${vendor}: ${requests} of the ${requestsPerDay - requestsToday} left today`);
  }
  screen.note(`\nPromised is met with 90 % confidence. Times: ${timeZone()}.`);
}

function titleOf(order: Order): string {
  const { direction, endsAt, name, startsAt, targetKw } = order;
  const much = targetKw === undefined ? 'as much as possible' : `${kw(targetKw)} kW`;
  const what = `${short(name, 40)}: ${much} ${direction === 'decrease' ? 'less' : 'more'}`;
  if (startsAt === undefined || endsAt === undefined) return what;
  const sameDay = at(startsAt).slice(0, 10) === at(endsAt).slice(0, 10);
  return `${what} from ${at(startsAt)} to ${sameDay ? hour(endsAt) : at(endsAt)}`;
}
