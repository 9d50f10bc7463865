import { hourMs, slotMs } from '@warmshift/domain';
import type { CampaignOrderInput } from '@warmshift/campaigns';
import { testDatabase } from '../../support';
import { CampaignWorld } from '../../support/world';

const db = testDatabase();
let world: CampaignWorld;
beforeEach(async () => {
  world = new CampaignWorld(db);
  await db.query('UPDATE actions SET due_at = NULL');
  await db.query("UPDATE occurrences SET status = 'CANCELLED'");
});
afterEach(() => world.close());

const order = async (supplierId: string, more: Partial<CampaignOrderInput>) => {
  const campaign = await world.service.create(supplierId, world.order(more), 'operator');
  return campaign.occurrences[0]!.occurrenceId;
};
const actionsOf = (occurrenceId: string) =>
  db.query<{
    id: string;
    connection_id: string;
    state: string;
    code: string | null;
    end_code: string | null;
    reason: string | null;
    preempted_by: string | null;
    starts_at: Date;
    cycles_reserved: number;
  }>('SELECT * FROM actions WHERE occurrence_id = $1 ORDER BY zone_id', [occurrenceId]);
const reserved = (supplierId: string) =>
  db.query<{ reserved_starts: number }>(
    'SELECT reserved_starts FROM cycle_ledger WHERE supplier_id = $1 ORDER BY device_id',
    [supplierId],
  );
const hour = (ahead: number) => new Date(world.clock.now() + ahead * hourMs).toISOString();

describe('a campaign of higher priority', () => {
  it('takes planned devices with their cycles, says so on both sides, and is what its preview said', async () => {
    const { supplierId } = await world.fleet(3, { max_cycles_per_day: 7 });
    const low = await order(supplierId, { name: 'Low' });
    await world.planner.planOccurrence(low);
    expect(await actionsOf(low)).toHaveLength(3);
    const preview = await world.service.preview(supplierId, world.order({ name: 'High', priority: 2 }));
    expect(preview).toMatchObject({ preempted: 3 });
    const high = await order(supplierId, { name: 'High', priority: 2 });
    expect(await world.planner.planOccurrence(high)).toBe('done');
    for (const action of await actionsOf(low)) {
      expect(action).toMatchObject({ state: 'CANCELLED', code: 'PREEMPTED', preempted_by: high });
      expect(action.reason).toBe('Taken by "High", which has priority 2.');
    }
    const taken = await actionsOf(high);
    expect(taken.map(({ state }) => state)).toEqual(['PLANNED', 'PLANNED', 'PLANNED']);
    expect((await reserved(supplierId)).map(({ reserved_starts }) => reserved_starts)).toEqual(
      taken.map(({ cycles_reserved }) => cycles_reserved),
    );
  });

  it('prefers devices that are free', async () => {
    const { supplierId } = await world.fleet(8);
    const small = { targetKw: 1.5, confidence: 'P50' } as const;
    const low = await order(supplierId, small);
    await world.planner.planOccurrence(low);
    const high = await order(supplierId, { ...small, priority: 1 });
    await world.planner.planOccurrence(high);
    expect((await actionsOf(low)).map(({ code }) => code)).toEqual([null, null, null]);
    expect(await actionsOf(high)).toHaveLength(3);
  });

  it.each([0, -1])('is not one of priority %i', async (priority) => {
    const { supplierId } = await world.fleet(2);
    const first = await order(supplierId, {});
    await world.planner.planOccurrence(first);
    const second = await order(supplierId, { priority });
    await world.planner.planOccurrence(second);
    expect((await actionsOf(first)).map(({ state }) => state)).toEqual(['PLANNED', 'PLANNED']);
    expect(await actionsOf(second)).toEqual([]);
  });

  it('asks a running device to end and starts after the grace time and the rest', async () => {
    const { supplierId } = await world.fleet(1);
    await db.query(`UPDATE suppliers SET rule_settings = '{"restMs": 0}' WHERE id = $1`, [supplierId]);
    const low = await order(supplierId, { endsAt: hour(2) });
    await world.planner.planOccurrence(low);
    const [running] = await actionsOf(low);
    await world.advancer().advance(running!.connection_id);
    await world.pass(10_000);
    const [active] = await actionsOf(low);
    expect(['SENT', 'ACTIVE']).toContain(active!.state);
    const high = await order(supplierId, {
      name: 'High',
      priority: 1,
      startsAt: new Date(Math.ceil(world.clock.now() / slotMs) * slotMs).toISOString(),
      endsAt: hour(2).replace(/:\d\d:.*/, ':00:00Z'),
    });
    await world.rows.refreshReadings();
    const askedAt = world.clock.now();
    expect(await world.planner.planOccurrence(high)).toBe('done');
    const [asked] = await actionsOf(low);
    expect(asked).toMatchObject({ end_code: 'PREEMPTED', preempted_by: high });
    const [next] = await actionsOf(high);
    expect(next!.starts_at.getTime()).toBeGreaterThanOrEqual(askedAt + slotMs);
    await world.pass(30_000, 10_000);
    expect((await actionsOf(low))[0]).toMatchObject({ state: 'RESTORED', code: 'PREEMPTED' });
  });

  it('never books a device or a cycle twice, however many plan at once', async () => {
    const { supplierId, rooms } = await world.fleet(5, { max_cycles_per_day: 7 });
    const occurrences = await Promise.all(
      [0, 1, 2, 3, 2].map((priority) => order(supplierId, { priority, name: `P${priority}` })),
    );
    await Promise.all(occurrences.map((occurrenceId) => world.planner.planOccurrence(occurrenceId)));
    for (const room of rooms) {
      const live = await db.query<{ cycles_reserved: number }>(
        "SELECT cycles_reserved FROM actions WHERE zone_id = $1 AND state = 'PLANNED'",
        [room.zoneId],
      );
      expect(live).toHaveLength(1);
      const [ledger] = await db.query<{ reserved_starts: number }>(
        'SELECT reserved_starts FROM cycle_ledger WHERE device_id = $1',
        [room.deviceId],
      );
      expect(ledger?.reserved_starts ?? 0).toBe(live[0]!.cycles_reserved);
    }
    expect(await actionsOf(occurrences[3]!)).toHaveLength(5);
  });
});
