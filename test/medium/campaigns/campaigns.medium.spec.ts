import { ReadingPartitions } from '@warmshift/db';
import { hourMs, minuteMs, slotMs } from '@warmshift/domain';
import { testDatabase } from '../../support';
import { CampaignWorld } from '../../support/world';

const db = testDatabase();
let world: CampaignWorld;
beforeEach(async () => {
  world = new CampaignWorld(db);
  // Of the tests before.
  await db.query('UPDATE actions SET due_at = NULL');
  await db.query("UPDATE occurrences SET status = 'CANCELLED'");
});
afterEach(() => world.close());

const tables = [
  'campaigns',
  'occurrences',
  'actions',
  'action_history',
  'cycle_ledger',
  'outbox',
  'audit',
  'zone_statuses',
];
const counts = async () => {
  const found: Record<string, number> = {};
  for (const table of tables) found[table] = (await db.query(`SELECT 1 FROM ${table}`)).length;
  return found;
};
const actionsOf = (occurrenceId: string) =>
  db.query<{ zone_id: string; starts_at: Date; ends_at: Date; cycles_reserved: number }>(
    'SELECT zone_id, starts_at, ends_at, cycles_reserved FROM actions WHERE occurrence_id = $1 ORDER BY zone_id',
    [occurrenceId],
  );
const occurrenceOf = ({ occurrences }: { occurrences: readonly { occurrenceId: string }[] }) =>
  occurrences[0]!.occurrenceId;

describe('a preview', () => {
  it('has no side effects and is the plan that a launch makes of the same facts', async () => {
    const { supplierId } = await world.fleet(6);
    const order = world.order({ targetKw: 3, staggerMinutes: 2, seed: 11 });
    const before = await counts();
    const preview = await world.service.preview(supplierId, order);
    expect(await counts()).toEqual(before);
    const occurrenceId = occurrenceOf(await world.service.create(supplierId, order, 'operator'));
    expect(await world.planner.planOccurrence(occurrenceId)).toBe('done');
    const planned = await actionsOf(occurrenceId);
    expect(
      planned.map(({ zone_id, starts_at, ends_at }) => [zone_id, starts_at.getTime(), ends_at.getTime()]),
    ).toEqual(
      [...preview.actions]
        .sort((a, b) => (a.zoneId < b.zoneId ? -1 : 1))
        .map(({ zoneId, span }) => [zoneId, span.startsAt, span.endsAt]),
    );
    expect(preview.actions.length).toBeGreaterThan(0);
    const { plan } = await world.campaigns.occurrence(supplierId, occurrenceId);
    expect(plan?.slots).toEqual(preview.slots);
    expect(plan?.leftOut).toEqual(preview.leftOut);
  });

  it('expects the draw of the same hour of days on which nobody steered the zone', async () => {
    const { supplierId, rooms } = await world.fleet(2);
    const [strong, weak] = [rooms[0]!, rooms[1]!];
    await db.query('UPDATE zones SET heating = NULL WHERE supplier_id = $1', [supplierId]);
    const [startsAt, endsAt] = [world.order().startsAt, world.order().endsAt].map((text) =>
      Date.parse(text!),
    ) as [number, number];
    const draws = async (zoneId: string, daysAgo: number, powerW: number) => {
      await new ReadingPartitions(world.db).ensure([startsAt - daysAgo * 24 * hourMs]);
      for (const minutes of [5, 20, 35, 50]) {
        await db.query(
          `INSERT INTO readings (zone_id, measured_at, supplier_id, received_at, power_w, power_quality)
           VALUES ($1, $2, $3, $2, $4, 'reported')`,
          [zoneId, new Date(startsAt - daysAgo * 24 * hourMs + minutes * minuteMs), supplierId, powerW],
        );
      }
    };
    for (const daysAgo of [1, 2, 3]) {
      await draws(strong.zoneId, daysAgo, 800);
      await draws(weak.zoneId, daysAgo, 400);
    }
    await draws(weak.zoneId, 4, 0);
    const fourDays = 4 * 24 * hourMs;
    const steered = {
      startsAt: startsAt - fourDays,
      endsAt: endsAt - fourDays,
    };
    const { occurrenceId } = await world.rows.occurrence(supplierId, steered, {
      occurrence: { status: 'CANCELLED' },
    });
    await world.rows.action(supplierId, occurrenceId, weak, steered, {
      state: 'RESTORED',
      sent_at: new Date(steered.startsAt).toISOString(),
      ended_at: new Date(steered.endsAt).toISOString(),
    });
    const { actions } = await world.service.preview(supplierId, world.order());
    const yieldW = (zoneId: string) => actions.find((action) => action.zoneId === zoneId)!.expectedYieldW;
    expect(yieldW(strong.zoneId)).toBeGreaterThan(700);
    expect(yieldW(strong.zoneId) / yieldW(weak.zoneId)).toBeCloseTo(2, 1);
  });

  it('of another day counts the cycles and the quiet hours of that day', async () => {
    const { supplierId, rooms } = await world.fleet(1, { max_cycles_per_day: 6 });
    const [room] = rooms;
    await world.rows.ledger(supplierId, room!.deviceId, '2026-11-24', 6, 0);
    const startsAt = world.clock.now() + 2 * 24 * hourMs;
    const later = {
      startsAt: new Date(startsAt).toISOString(),
      endsAt: new Date(startsAt + hourMs).toISOString(),
    };
    expect((await world.service.preview(supplierId, world.order())).leftOut).toMatchObject([
      { code: 'CYCLE_LIMIT' },
    ]);
    expect((await world.service.preview(supplierId, world.order(later))).actions).toHaveLength(1);
    await db.query('UPDATE sites SET quiet_hours = $2 WHERE id = $1', [
      room!.siteId,
      JSON.stringify([{ from: '17:30', to: '22:00', weekdays: [4] }]),
    ]);
    expect((await world.service.preview(supplierId, world.order(later))).leftOut).toMatchObject([
      { code: 'QUIET_HOURS' },
    ]);
  });

  it.each([
    ['a window in the past', { startsAt: '2026-11-24T16:00:00Z' }, 'startsAt'],
    ['a start off the grid', { startsAt: '2026-11-24T17:05:00Z' }, 'startsAt'],
    ['an end before its start', { endsAt: '2026-11-24T16:00:00Z' }, 'endsAt'],
    ['a window of 13 hours', { endsAt: '2026-11-25T06:00:00Z' }, 'endsAt'],
    [
      'a window in two months',
      { startsAt: '2027-01-24T17:00:00Z', endsAt: '2027-01-24T18:00:00Z' },
      'startsAt',
    ],
    ['a selection of nobody', { selection: { vendors: ['nox'] } }, 'selection.vendors'],
  ])('of %s names the field', async (_order, more, field) => {
    const { supplierId } = await world.fleet(1);
    await expect(world.service.preview(supplierId, world.order(more))).rejects.toMatchObject({
      problems: [{ field }],
    });
    await expect(world.service.create(supplierId, world.order(more), 'operator')).rejects.toMatchObject({
      problems: [{ field }],
    });
  });

  it('takes a part of a second to stagger by', async () => {
    const { supplierId } = await world.fleet(1);
    await world.service.create(supplierId, world.order({ staggerMinutes: 1 / 3.3 }), 'operator');
  });
});

describe('planning', () => {
  it('creates actions once, however often and from wherever it is asked for', async () => {
    const { supplierId } = await world.fleet(5);
    const occurrenceId = occurrenceOf(await world.service.create(supplierId, world.order(), 'operator'));
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, () => world.planner.planOccurrence(occurrenceId)),
    );
    expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(1);
    expect(await world.planner.planOccurrence(occurrenceId)).toEqual({ skipped: 'not waiting for a plan' });
    expect(await actionsOf(occurrenceId)).toHaveLength(5);
    const [jobs] = await db.query(
      `SELECT count(*)::int AS rows, count(DISTINCT (payload, run_at))::int AS different,
         (SELECT count(*)::int FROM actions WHERE occurrence_id = $1 AND NOT EXISTS (
            SELECT 1 FROM outbox WHERE name = 'connection.advance' AND payload->>'connectionId' = connection_id::text
              AND run_at BETWEEN due_at AND due_at + interval '100 ms')) AS forgotten
       FROM outbox WHERE name = 'connection.advance'
         AND payload->>'connectionId' IN (SELECT connection_id::text FROM actions WHERE occurrence_id = $1)`,
      [occurrenceId],
    );
    expect(jobs).toMatchObject({ forgotten: 0 });
    expect(jobs!['rows']).toBe(jobs!['different']);
  });

  it.each([1, 2, 3])(
    'in parallel never books more cycles than there are, nor a zone twice at once (%i left)',
    async (left) => {
      const { supplierId, rooms } = await world.fleet(4, { max_cycles_per_day: 6 + left });
      for (const room of rooms) await world.rows.ledger(supplierId, room.deviceId, '2026-11-24', 3, 0);
      const start = world.clock.now();
      const at = (slots: number) => new Date(start + slots * slotMs).toISOString();
      // Windows far enough apart for the rest, and two that overlap.
      const windows = [0, 0, 8, 8, 16].map((slots) => ({ startsAt: at(slots), endsAt: at(slots + 4) }));
      const occurrences = await Promise.all(
        windows.map(async (window) =>
          occurrenceOf(await world.service.create(supplierId, world.order(window), 'operator')),
        ),
      );
      await Promise.all(occurrences.map((occurrenceId) => world.planner.planOccurrence(occurrenceId)));
      for (const room of rooms) {
        const [ledger] = await db.query<{ observed_starts: number; reserved_starts: number }>(
          'SELECT observed_starts, reserved_starts FROM cycle_ledger WHERE device_id = $1',
          [room.deviceId],
        );
        const booked = await db.query<{ starts_at: Date; ends_at: Date; cycles_reserved: number }>(
          'SELECT starts_at, ends_at, cycles_reserved FROM actions WHERE device_id = $1 ORDER BY starts_at',
          [room.deviceId],
        );
        expect(ledger!.observed_starts + ledger!.reserved_starts).toBeLessThanOrEqual(6 + left - 3);
        expect(booked.reduce((sum, { cycles_reserved }) => sum + cycles_reserved, 0)).toBe(
          ledger!.reserved_starts,
        );
        expect(booked.length).toBeGreaterThan(0);
        booked.slice(1).forEach(({ starts_at }, index) => {
          expect(starts_at.getTime()).toBeGreaterThanOrEqual(booked[index]!.ends_at.getTime());
        });
      }
    },
  );

  it('after the start plans what is left of the window', async () => {
    const { supplierId } = await world.fleet(2);
    const order = world.order();
    const occurrenceId = occurrenceOf(await world.service.create(supplierId, order, 'operator'));
    world.clock.advance(20 * minuteMs);
    await world.rows.refreshReadings();
    await world.planner.planOccurrence(occurrenceId);
    const planned = await actionsOf(occurrenceId);
    expect(planned).toHaveLength(2);
    // Their connection takes one after the other.
    const offsets = planned.map(
      ({ starts_at }) => starts_at.getTime() - Date.parse(order.startsAt!) - slotMs,
    );
    expect(offsets.sort((a, b) => a - b)).toEqual([0, 2_000]);
  });

  it('after the window is given up, and its campaign is over', async () => {
    const { supplierId } = await world.fleet(1);
    const campaign = await world.service.create(supplierId, world.order(), 'operator');
    world.clock.advance(2 * hourMs);
    await world.progress.tick();
    expect(await world.service.get(supplierId, campaign.campaignId)).toMatchObject({
      status: 'FINISHED',
      occurrences: [{ status: 'CANCELLED' }],
    });
  });

  it('of one occurrence that fails holds up no other, and is told once', async () => {
    const broken = await world.fleet(1);
    const fine = await world.fleet(1);
    const first = occurrenceOf(await world.service.create(broken.supplierId, world.order(), 'operator'));
    await db.query('UPDATE campaigns SET selection = \'{"deviceIds": ["no id"]}\' WHERE supplier_id = $1', [
      broken.supplierId,
    ]);
    const second = occurrenceOf(await world.service.create(fine.supplierId, world.order(), 'operator'));
    const { progress } = world;
    await progress.tick();
    await progress.tick();
    const stuck = world.logged('occurrence.stuck').filter(({ occurrenceId }) => occurrenceId === first);
    expect(stuck).toHaveLength(1);
    expect(await actionsOf(second)).toHaveLength(1);
    await db.query("UPDATE occurrences SET status = 'CANCELLED' WHERE id = $1", [first]);
  });
});

describe('an occurrence', () => {
  it('moves from its plan to its report, and its campaign ends with it', async () => {
    const { supplierId } = await world.fleet(3);
    const campaign = await world.service.create(supplierId, world.order(), 'operator');
    const status = async () =>
      (await world.service.get(supplierId, campaign.campaignId)).occurrences[0]!.status;
    await world.progress.tick();
    expect(await status()).toBe('PLANNED');
    await world.progress.tick();
    expect(await status()).toBe('RUNNING');
    await world.doWhatIsDue();
    await world.pass(hourMs + 2 * minuteMs, minuteMs);
    for (let tick = 0; tick < 3; tick += 1) await world.progress.tick();
    expect(await status()).toBe('FINISHED');
    const { report } = await world.service.occurrence(supplierId, occurrenceOf(campaign));
    expect(report).toMatchObject({ outcomes: { RESTORED: 3 }, reasons: {} });
    expect((await world.service.get(supplierId, campaign.campaignId)).status).toBe('FINISHED');
  });

  it('that is cancelled sends nothing more and gives everything back at once', async () => {
    const { supplierId, rooms } = await world.fleet(2);
    const startsAt = world.clock.now() + slotMs;
    const later = {
      startsAt: new Date(startsAt).toISOString(),
      endsAt: new Date(startsAt + hourMs).toISOString(),
    };
    const campaign = await world.service.create(supplierId, world.order(later), 'operator');
    await world.planner.planOccurrence(occurrenceOf(campaign));
    const [first] = await db.query<{ connectionId: string }>(
      'SELECT connection_id AS "connectionId" FROM actions WHERE occurrence_id = $1 ORDER BY starts_at LIMIT 1',
      [occurrenceOf(campaign)],
    );
    world.clock.set(startsAt);
    await world.rows.refreshReadings();
    await world.advancer().advance(first!.connectionId);
    const cancels = await Promise.allSettled([
      world.service.cancel(supplierId, campaign.campaignId, 'operator'),
      world.service.cancel(supplierId, campaign.campaignId, 'operator'),
    ]);
    expect(cancels.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await world.pass(10_000);
    const ends = await db.query('SELECT state, code FROM actions WHERE occurrence_id = $1 ORDER BY state', [
      occurrenceOf(campaign),
    ]);
    expect(ends).toEqual([
      { state: 'CANCELLED', code: 'CAMPAIGN_CANCELLED' },
      { state: 'RESTORED', code: 'CAMPAIGN_CANCELLED' },
    ]);
    for (const room of rooms) expect(world.vendor.devices.get(room.vendorDeviceId)!.shown()).toBe(21);
    const ledgers = await db.query(
      'SELECT reserved_starts FROM cycle_ledger WHERE supplier_id = $1 ORDER BY 1',
      [supplierId],
    );
    expect(ledgers).toEqual([{ reserved_starts: 0 }, { reserved_starts: 1 }]);
    await expect(world.service.cancel(supplierId, campaign.campaignId, 'operator')).rejects.toThrow(
      'cancelled already',
    );
  });
});
