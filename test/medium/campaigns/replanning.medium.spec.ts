import { minuteMs, slotMs } from '@warmshift/domain';
import { readingsLagMs } from '@warmshift/campaigns';
import { testDatabase } from '../../support';
import { CampaignWorld } from '../../support/world';

const db = testDatabase();
let world: CampaignWorld;
beforeEach(async () => {
  world = new CampaignWorld(db);
  await db.query('UPDATE actions SET due_at = NULL');
  await db.query("UPDATE occurrences SET status = 'CANCELLED'");
  await db.query(
    `CREATE TABLE IF NOT EXISTS readings_replan PARTITION OF readings FOR VALUES FROM ('2026-11-24') TO ('2026-11-25')`,
  );
});
afterEach(() => world.close());

/** An occurrence whose plan is on the devices, each of which then draws `shownW` of its 1,500 W. */
async function running(zones: number, spare: number, targetKw: number, shownW: number) {
  const { supplierId, rooms } = await world.fleet(zones + spare);
  const startsAt = world.clock.now();
  const window = { startsAt, endsAt: startsAt + 4 * slotMs };
  const { occurrenceId } = await world.rows.occurrence(supplierId, window, {
    campaign: { target_w: targetKw * 1_000, confidence: 'P50' },
    occurrence: { status: 'RUNNING' },
  });
  for (const room of rooms.slice(0, zones)) {
    await world.rows.action(supplierId, occurrenceId, room, window, {
      state: 'ACTIVE',
      sent_at: new Date(startsAt).toISOString(),
      active_at: new Date(startsAt).toISOString(),
      expected_yield_w: 1_500,
    });
    await draws(supplierId, room.zoneId, startsAt, shownW);
  }
  world.clock.set(startsAt + slotMs + readingsLagMs);
  await world.rows.refreshReadings();
  return { supplierId, occurrenceId, rooms };
}

async function draws(supplierId: string, zoneId: string, from: number, powerW: number): Promise<void> {
  for (let at = from; at <= from + slotMs; at += minuteMs) {
    await db.query(
      `INSERT INTO readings (zone_id, measured_at, supplier_id, received_at, power_w, power_quality)
       VALUES ($1, $2, $3, $2, $4, 'reported')`,
      [zoneId, new Date(at), supplierId, powerW],
    );
  }
}

const actionsOf = (occurrenceId: string) =>
  db.query<{ zone_id: string; state: string; end_code: string | null; starts_at: Date }>(
    'SELECT * FROM actions WHERE occurrence_id = $1 ORDER BY id',
    [occurrenceId],
  );

describe('delivered held against asked', () => {
  it('adds devices for the rest of the window when it is short', async () => {
    const { occurrenceId, supplierId } = await running(4, 8, 6, 750);
    expect(await world.replanner.check(occurrenceId)).toBe(true);
    const { replans } = await world.service.occurrence(supplierId, occurrenceId);
    expect(replans).toMatchObject([{ reason: 'SHORT', askedW: 6_000, deliveredW: 3_000, ended: 0 }]);
    const added = (await actionsOf(occurrenceId)).filter(({ state }) => state === 'PLANNED');
    expect(added).toHaveLength(replans[0]!.added);
    expect(added.length).toBeGreaterThanOrEqual(2);
    expect((await actionsOf(occurrenceId)).filter(({ state }) => state === 'ACTIVE')).toHaveLength(4);
  });

  it('gives some back early when it is over, and still reaches the target', async () => {
    const { occurrenceId, supplierId } = await running(8, 0, 6, 0);
    expect(await world.replanner.check(occurrenceId)).toBe(true);
    const { replans } = await world.service.occurrence(supplierId, occurrenceId);
    expect(replans).toMatchObject([{ reason: 'OVER', deliveredW: 12_000, added: 0, ended: 2 }]);
    const ending = (await actionsOf(occurrenceId)).filter(({ end_code }) => end_code === 'OVER_TARGET');
    expect(ending).toHaveLength(2);
  });

  it.each([
    ['within the tolerance', 4, 1.5 * 4, 0],
    ['a little short', 4, 1.5 * 4, 60],
  ])('changes nothing %s', async (_what, zones, targetKw, shownW) => {
    const { occurrenceId, supplierId } = await running(zones, 4, targetKw, shownW);
    expect(await world.replanner.check(occurrenceId)).toBe(true);
    expect(await world.replanner.check(occurrenceId)).toBe(false);
    expect((await world.service.occurrence(supplierId, occurrenceId)).replans).toEqual([]);
    expect(await actionsOf(occurrenceId)).toHaveLength(zones);
  });

  it('looks at every slot once, however many workers do', async () => {
    const { occurrenceId, supplierId } = await running(4, 8, 6, 750);
    const looks = await Promise.all(Array.from({ length: 6 }, () => world.replanner.check(occurrenceId)));
    expect(looks.filter(Boolean)).toHaveLength(1);
    const { replans } = await world.service.occurrence(supplierId, occurrenceId);
    expect(replans).toHaveLength(1);
    expect((await actionsOf(occurrenceId)).filter(({ state }) => state === 'PLANNED')).toHaveLength(
      replans[0]!.added,
    );
  });

  it('waits for the readings, and stops with the window', async () => {
    const { occurrenceId } = await running(2, 2, 6, 750);
    const now = world.clock.now();
    world.clock.set(now - minuteMs);
    expect(await world.replanner.check(occurrenceId)).toBe(false);
    world.clock.set(now + 4 * slotMs);
    expect(await world.replanner.check(occurrenceId)).toBe(false);
  });

  it('is bounded', async () => {
    const { occurrenceId } = await running(2, 4, 6, 750);
    const before = Array.from({ length: 12 }, () => ({ reason: 'SHORT' }));
    await db.query('UPDATE occurrences SET replans = $2 WHERE id = $1', [
      occurrenceId,
      JSON.stringify(before),
    ]);
    expect(await world.replanner.check(occurrenceId)).toBe(true);
    expect(await actionsOf(occurrenceId)).toHaveLength(2);
  });
});
