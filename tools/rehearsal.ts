import { slotMs } from '@warmshift/domain';
import { Rehearsal } from './rehearsal/run';

async function main(): Promise<void> {
  const t0 = performance.now();
  const [devices = '2000', seed = '1', hours = '2'] = process.argv.slice(2);
  const r = new Rehearsal({
    devices: Number(devices),
    seed: Number(seed),
    hours: Number(hours),
    share: 0.4,
    capShare: 1.75,
    afterMs: Number(process.env['AFTER'] ?? 30) * 60_000,
    replan: !process.env['NOREPLAN'],
    observeMs: 75 * 60_000,
    lagMs: 20_000,
    startsAt: Date.parse('2026-01-14T15:30:00Z'),
  });
  const t1 = performance.now();
  const { order, made, loadW } = await r.perform();
  const t2 = performance.now();
  const kw = (w: number) => (w / 1000).toFixed(1).padStart(7);
  console.log(
    `seed ${seed} load ${kw(loadW)} target ${kw(order.targetW!)}; world ${((t1 - t0) / 1000).toFixed(1)} s, run ${((t2 - t1) / 1000).toFixed(1)} s`,
  );
  const codes: Record<string, number> = {};
  const vendorOf = (id: string) => made.contexts.get(id)!.vendor + '/' + made.contexts.get(id)!.facts.zone;
  for (const { code, zoneId } of made.plan.leftOut)
    codes[`${vendorOf(zoneId)} ${code}`] = (codes[`${vendorOf(zoneId)} ${code}`] ?? 0) + 1;
  console.log('left out', codes);
  const states: Record<string, number> = {};
  for (const h of r.hands.held) {
    const k = `${vendorOf(h.action.zoneId)} ${h.state} ${h.code ?? ''}`;
    states[k] = (states[k] ?? 0) + 1;
  }
  console.log('actions', states);
  const slots: number[] = [];
  for (let s = order.startsAt; s < order.endsAt + 2 * 3600_000; s += slotMs) slots.push(s);
  const groups = new Map<string, string[]>();
  for (const id of made.contexts.keys()) {
    const g = vendorOf(id);
    groups.set(g, [...(groups.get(g) ?? []), id]);
  }
  const chosen = new Set(r.hands.held.map((h) => h.action.zoneId));
  console.log(
    'delivered off %',
    slots
      .map((s) => {
        const t = r.truth.total(s);
        return s < order.endsAt
          ? ((100 * (t.twinW - t.actualW)) / order.targetW! - 100).toFixed(1)
          : ((t.actualW - t.twinW) / 1000).toFixed(0);
      })
      .join(' '),
  );
  const win = slots.filter((s) => s < order.endsAt);
  const tot = win.reduce((a, s) => {
    const t = r.truth.total(s);
    return a + t.twinW - t.actualW;
  }, 0);
  console.log('window off %', ((100 * tot) / order.targetW! / win.length - 100).toFixed(2));
  console.log(
    'plan sd %',
    made.plan.slots
      .map((x) => ((100 * (x.expectedW - x.promisedW)) / 1.2816 / x.expectedW).toFixed(1))
      .join(' '),
    'expected off %',
    made.plan.slots.map((x) => ((100 * x.expectedW) / x.targetW! - 100).toFixed(1)).join(' '),
  );
  console.log('replans +', r.added.join(' '));
  const heldOf = new Map(r.hands.held.map((h) => [h.action.zoneId, h]));
  const row = (sel: string[], f: (id: string, s: number, n: number) => number) =>
    slots.map((s, n) => kw(sel.reduce((a, i) => a + f(i, s, n), 0))).join('');
  const share = (id: string, s: number) => {
    const h = heldOf.get(id)!;
    return Math.max(0, Math.min(h.span.endsAt, s + slotMs) - Math.max(h.span.startsAt, s)) / slotMs;
  };
  for (const [g, ids] of groups) {
    const d = (i: string, n: number) =>
      n >= win.length ? 0 : (made.expected.get(i)!.slotsW?.[n] ?? made.expected.get(i)!.meanW);
    console.log(g, ids.length);
    console.log(
      '   expect',
      row(ids, (i, _s, n) => d(i, n)),
    );
    console.log(
      '   twin  ',
      row(ids, (i, s) => r.truth.of(i, s).twinW),
    );
    // What a choice of the highest forecasts would bring.
    const top = ids
      .filter((i) => made.contexts.get(i)!.power.maxW)
      .sort(
        (x, y) =>
          made.expected.get(y)!.meanW / made.contexts.get(y)!.power.maxW! -
          made.expected.get(x)!.meanW / made.contexts.get(x)!.power.maxW!,
      )
      .slice(0, Math.floor(ids.length / 3));
    console.log(
      '   top third expect',
      row(top, (i, _s, n) => d(i, n)),
    );
    console.log(
      '   top third twin  ',
      row(top, (i, s) => r.truth.of(i, s).twinW),
    );
    const sel = ids.filter((i) => chosen.has(i));
    if (sel.length === 0) continue;
    console.log(
      '   chosen',
      sel.length,
      'skipped',
      sel.filter((i) => heldOf.get(i)!.state === 'SKIPPED').length,
    );
    console.log(
      '   plan  ',
      row(sel, (i, s) => share(i, s) * heldOf.get(i)!.action.expectedYieldW),
    );
    console.log(
      '   expect',
      row(sel, (i, s, n) => share(i, s) * d(i, n)),
    );
    console.log(
      '   twin  ',
      row(sel, (i, s) => share(i, s) * r.truth.of(i, s).twinW),
    );
    console.log(
      '   actual',
      row(sel, (i, s) => share(i, s) * r.truth.of(i, s).actualW),
    );
    console.log(
      '   others',
      row(sel, (i, s) => (1 - share(i, s)) * (r.truth.of(i, s).twinW - r.truth.of(i, s).actualW)),
    );
  }
}
main().catch((e: unknown) => {
  console.error(e);
  process.exitCode = 1;
});
