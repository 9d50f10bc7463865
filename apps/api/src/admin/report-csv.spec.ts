import { actionColumns, csvLines, slotColumns, slotLines } from './report-csv';

describe('a report as CSV', () => {
  it('has a stable header, a line for all vendors and one for each', () => {
    const startsAt = '2026-01-15T17:00:00.000Z';
    const account = { commandedKw: 2, acknowledgedKw: 1.5, observedKw: 1.25, reportedKw: 1.25 };
    const lines = slotLines({
      occurrenceId: '00000000-0000-4000-8000-000000000000',
      finishedAt: startsAt,
      slots: [{ startsAt, askedKw: 2, promisedKw: 1.8, reboundKw: 0, ...account }],
      byVendor: [
        { vendor: 'nox', actions: 2, measured: 1, observedKwh: 0.3, slots: [{ startsAt, ...account }] },
      ],
      outcomes: {},
      reasons: {},
      preempted: 0,
      holdOut: { heldOutZones: 1, steeredZones: 2, slots: [{ startsAt, deliveredKw: 1.1 }] },
      rebound: { reboundKwh: 0, slots: [] },
    });
    expect(lines.split('\r\n')).toEqual([
      'starts_at,vendor,asked_kw,promised_kw,commanded_kw,acknowledged_kw,observed_kw,reported_kw,estimated_kw,rebound_kw,hold_out_delivered_kw',
      `${startsAt},,2,1.8,2,1.5,1.25,1.25,,0,1.1`,
      `${startsAt},nox,,,2,1.5,1.25,1.25,,,`,
      '',
    ]);
  });

  it.each([
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ['two\nlines', '"two\nlines"'],
    ['=1+1', "'=1+1"],
    [-5, '-5'],
    [undefined, ''],
  ])('writes %j as %s', (value, cell) => {
    expect(csvLines([[value]])).toBe(`${cell}\r\n`);
  });

  it('keeps its columns', () => {
    expect([slotColumns.length, actionColumns.length]).toEqual([11, 14]);
  });
});
