import { minuteMs, slotMs } from '@warmshift/domain';
import { testDatabase } from '../../support';
import { CampaignWorld } from '../../support/world';

describe('a report', () => {
  const db = testDatabase();
  let world: CampaignWorld;
  beforeEach(() => {
    world = new CampaignWorld(db);
  });
  afterEach(() => world.close());

  it('counts hand-made readings, and nothing for what was never seen on the device', async () => {
    const { supplierId, rooms } = await world.fleet(3);
    const window = { startsAt: world.clock.now(), endsAt: world.clock.now() + 2 * slotMs };
    const slots = [0, 1].map((slot) => ({
      startsAt: window.startsAt + slot * slotMs,
      targetW: 2_000,
      expectedW: 2_000,
      promisedW: 1_800,
      shortfallW: 200,
    }));
    const { occurrenceId } = await world.rows.occurrence(supplierId, window, {
      occurrence: { status: 'RESTORING', plan: { slots, leftOut: [], chosen: 3, reboundWh: 0 } },
    });
    const seen = {
      sent_at: new Date(window.startsAt).toISOString(),
      active_at: new Date(window.startsAt).toISOString(),
    };
    const ended = { due_at: null, ended_at: new Date(window.endsAt).toISOString() };
    const ends = [
      { state: 'RESTORED', ...seen },
      { state: 'FAILED', code: 'NOT_APPLIED', sent_at: seen.sent_at },
      { state: 'OVERRIDDEN', code: 'USER_OVERRIDE', ...seen },
    ];
    await world.db.run(
      `CREATE TABLE IF NOT EXISTS readings_report PARTITION OF readings FOR VALUES FROM ('2026-11-24') TO ('2026-11-25')`,
    );
    for (const [index, room] of rooms.entries()) {
      await world.rows.action(supplierId, occurrenceId, room, window, { ...ends[index], ...ended });
      for (let at = window.startsAt - slotMs; at <= window.endsAt + slotMs; at += minuteMs) {
        const inSecondSlot = at >= window.startsAt + slotMs;
        const steered = at >= window.startsAt && at < window.endsAt && !(index === 2 && inSecondSlot);
        await db.query(
          `INSERT INTO readings (zone_id, measured_at, supplier_id, received_at, power_w, power_quality) VALUES ($1, $2, $3, $2, $4, 'reported')`,
          [room.zoneId, new Date(at), supplierId, steered ? 100 : 1_500],
        );
      }
    }
    await world.reports.finish(occurrenceId);
    const { report } = await world.campaigns.occurrence(supplierId, occurrenceId);
    expect(report).toMatchObject({
      slots: [
        { askedW: 2_000, promisedW: 1_800, commandedW: 3_000, acknowledgedW: 2_000, observedW: 2_800 },
        { askedW: 2_000, promisedW: 1_800, commandedW: 3_000, acknowledgedW: 2_000, observedW: 1_400 },
      ],
      byVendor: [{ vendor: 'heatingcontrol', actions: 3, measured: 3, observedWh: 1_050 }],
      outcomes: { RESTORED: 1, FAILED: 1, OVERRIDDEN: 1 },
      reasons: { NOT_APPLIED: 1, USER_OVERRIDE: 1 },
    });
  });
});
