import { hourMs, minuteMs, slotMs } from '@warmshift/domain';
import { campaignOrderSchema } from '@warmshift/campaigns';
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

const plan = async (supplierId: string, order: ReturnType<CampaignWorld['order']>) => {
  const campaign = await world.service.create(supplierId, order, 'operator');
  const { occurrenceId } = campaign.occurrences[0]!;
  await world.planner.planOccurrence(occurrenceId);
  return { campaign, occurrenceId, actions: await actionsOf(occurrenceId) };
};
const actionsOf = (occurrenceId: string) =>
  db.query<{
    id: string;
    connection_id: string;
    zone_id: string;
    device_id: string;
    starts_at: Date;
    ends_at: Date;
    max_offset_k: number | null;
  }>('SELECT * FROM actions WHERE occurrence_id = $1 ORDER BY zone_id', [occurrenceId]);

describe('an order', () => {
  it('keeps everything that was asked', async () => {
    const { supplierId } = await world.fleet(1);
    const order = world.order({
      targetKwPerSlot: [1, 2, 2, 1],
      priority: 5,
      rampMinutes: 15,
      shareOfFleet: 0.9,
      limits: { maxMinutesPerZone: 30, maxSetpointOffsetK: 1.5 },
      releaseCapKw: 3,
      confidence: 'P50',
      seed: 3,
    });
    const { campaignId } = await world.service.create(supplierId, order, 'operator');
    expect(await world.service.get(supplierId, campaignId)).toMatchObject({
      targetsW: [1_000, 2_000, 2_000, 1_000],
      priority: 5,
      rampMs: 15 * minuteMs,
      shareOfFleet: 0.9,
      limits: { maxSpanMs: 30 * minuteMs, maxOffsetK: 1.5 },
      releaseCapW: 3_000,
      confidence: 'P50',
    });
  });

  it('asks of every slot what its list and its ramp say', async () => {
    const { supplierId } = await world.fleet(3);
    const perSlot = await world.service.preview(supplierId, world.order({ targetKwPerSlot: [1, 0, 2, 1] }));
    expect(perSlot.slots.map(({ targetW }) => targetW)).toEqual([1_000, 0, 2_000, 1_000]);
    const ramp = await world.service.preview(supplierId, world.order({ targetKw: 4, rampMinutes: 30 }));
    expect(ramp.slots.map(({ targetW }) => targetW)).toEqual([1_000, 3_000, 3_000, 1_000]);
  });

  it('steers no zone for longer, nor further from its setpoint, than its own limits', async () => {
    const { supplierId } = await world.fleet(4);
    const limits = { maxMinutesPerZone: 30, maxSetpointOffsetK: 1 };
    const { actions } = await plan(supplierId, world.order({ limits }));
    expect(actions).toHaveLength(4);
    for (const { ends_at, max_offset_k, starts_at } of actions) {
      expect(ends_at.getTime() - starts_at.getTime()).toBeLessThanOrEqual(30 * minuteMs);
      expect(max_offset_k).toBe(1);
    }
    world.clock.set(actions[0]!.starts_at.getTime());
    await world.rows.refreshReadings();
    await world.advancer().advance(actions[0]!.connection_id);
    const [sent] = await db.query<{ limit_c: number }>('SELECT limit_c FROM actions WHERE id = $1', [
      actions[0]!.id,
    ]);
    expect(sent!.limit_c).toBe(20);
  });

  it('previews what comes back after the window, and what it takes of the vendor', async () => {
    const { connectionId, supplierId } = await world.fleet(4);
    const { actions, afterSlots, quotaUse, reboundWh } = await world.service.preview(
      supplierId,
      world.order(),
    );
    expect(actions).toHaveLength(4);
    expect(afterSlots).toHaveLength((2 * hourMs) / slotMs);
    expect(afterSlots[0]!.reboundW).toBeGreaterThan(0);
    const afterWh = afterSlots.reduce((sum, { reboundW }) => sum + (reboundW * slotMs) / hourMs, 0);
    expect(afterWh).toBeGreaterThan(0);
    expect(afterWh).toBeLessThanOrEqual(reboundWh + 1e-6);
    expect(quotaUse).toMatchObject([
      { connectionId, vendor: 'heatingcontrol', actions: 4, requestsToday: 0 },
    ]);
    // Read, write and read back at the start; at least as much as read and write at the end.
    expect(quotaUse[0]!.requests).toBeGreaterThanOrEqual(4 * 5);
    expect(await db.query('SELECT 1 FROM actions WHERE supplier_id = $1', [supplierId])).toEqual([]);
  });

  it('takes its share of the fleet, the same at preview and at launch', async () => {
    const { supplierId } = await world.fleet(40);
    const order = world.order({ shareOfFleet: 0.5, seed: 4 });
    const preview = await world.service.preview(supplierId, order);
    const { actions } = await plan(supplierId, order);
    expect(actions.map(({ zone_id }) => zone_id)).toEqual(preview.actions.map(({ zoneId }) => zoneId).sort());
    expect(actions.length).toBeGreaterThan(8);
    expect(actions.length).toBeLessThan(32);
    const other = await world.service.preview(supplierId, world.order({ shareOfFleet: 0.5, seed: 5 }));
    expect(other.actions.map(({ zoneId }) => zoneId).sort()).not.toEqual(
      actions.map(({ zone_id }) => zone_id),
    );
  });

  it('lists every campaign once, however many were created in one instant', async () => {
    const { supplierId } = await world.fleet(1);
    for (let index = 0; index < 7; index += 1)
      await world.service.create(supplierId, world.order(), 'operator');
    const seen: string[] = [];
    let after: { createdAt: number; campaignId: string } | undefined;
    do {
      const page = await world.service.list(supplierId, { limit: 2, after });
      seen.push(...page.map(({ campaignId }) => campaignId));
      after = page.at(-1);
    } while (after !== undefined);
    expect(new Set(seen).size).toBe(7);
    expect(seen).toHaveLength(7);
  });

  it.each<[string, object, string[]]>([
    ['a list of the wrong length', { targetKwPerSlot: [1, 2, 3] }, ['targetKwPerSlot']],
    ['two targets', { targetKw: 1, targetKwPerSlot: [1, 1, 1, 1] }, ['targetKwPerSlot']],
    ['a ramp longer than the window', { targetKw: 1, rampMinutes: 61 }, ['rampMinutes']],
    ['two ramps that do not fit', { targetKw: 1, rampMinutes: 31 }, ['rampMinutes']],
    ['a ramp of nothing', { rampMinutes: 10 }, ['rampMinutes']],
    [
      'a longer span than the hard limit',
      { limits: { maxMinutesPerZone: 241 } },
      ['limits.maxMinutesPerZone'],
    ],
    ['a span of nothing', { limits: { maxMinutesPerZone: 0 } }, ['limits.maxMinutesPerZone']],
    [
      'an offset beyond the hard limit',
      { limits: { maxSetpointOffsetK: 5.5 } },
      ['limits.maxSetpointOffsetK'],
    ],
    ['a release cap of nothing', { releaseCapKw: 0 }, ['releaseCapKw']],
    ['a vendor that does not exist', { selection: { vendors: ['acme'] } }, ['selection.vendors']],
    ['a kind that nobody has', { selection: { kinds: ['heat_pump'] } }, ['selection.kinds']],
    ['hot water that nobody has', { selection: { zones: ['DHW'] } }, ['selection.zones']],
    [
      'everything at once',
      {
        startsAt: '2026-11-24T16:00:00Z',
        endsAt: '2026-11-24T15:00:00Z',
        limits: { maxMinutesPerZone: 999, maxSetpointOffsetK: 9 },
        selection: { vendors: ['acme'] },
        releaseCapKw: 0,
      },
      [
        'endsAt',
        'startsAt',
        'releaseCapKw',
        'limits.maxMinutesPerZone',
        'limits.maxSetpointOffsetK',
        'selection.vendors',
      ],
    ],
  ])('with %s is refused, by the field', async (_what, more, fields) => {
    const { supplierId } = await world.fleet(1);
    const problems = fields.map((field): object => ({ field }));
    const refused = { problems };
    await expect(world.service.preview(supplierId, world.order(more))).rejects.toMatchObject(refused);
    const created = world.service.create(supplierId, world.order(more), 'operator');
    await expect(created).rejects.toMatchObject(refused);
  });

  it.each<[string, object, string[]]>([
    ['no time', {}, ['startsAt', 'endsAt']],
    ['no time and no direction', { direction: undefined }, ['direction', 'startsAt', 'endsAt']],
    ['a target below zero', { targetKw: -1, startsAt: 'soon' }, ['targetKw', 'startsAt', 'endsAt']],
    ['a share of nothing', { shareOfFleet: 0, endsAt: '2026-01-01T00:00:00Z' }, ['shareOfFleet', 'startsAt']],
  ])('with %s has no form', (_what, more, fields) => {
    const parsed = campaignOrderSchema.safeParse({ name: 'x', direction: 'decrease', ...more });
    const wrong = parsed.success ? [] : parsed.error.issues.map(({ path }) => path.join('.'));
    expect(wrong.sort()).toEqual([...fields].sort());
  });
});

describe('a recurring order', () => {
  it.each<[string, Parameters<CampaignWorld['recurring']>[0], string[]]>([
    ['in no time zone', { timeZone: 'Mars/Olympus' }, ['recurrence.timeZone']],
    ['over before it began', { from: '2026-12-02', until: '2026-12-01' }, ['recurrence.until']],
    ['all in the past', { from: '2026-11-01', until: '2026-11-23' }, ['recurrence']],
    ['with every day excepted', { until: '2026-11-24', except: ['2026-11-24'] }, ['recurrence']],
  ])('%s is refused', async (_what, rule, fields) => {
    const { supplierId } = await world.fleet(1);
    const order = world.service.create(supplierId, world.recurring(rule), 'operator');
    await expect(order).rejects.toMatchObject({ problems: fields.map((field) => ({ field })) });
  });

  it('with a window besides is refused', async () => {
    const { supplierId } = await world.fleet(1);
    const order = { ...world.order(), ...world.recurring() };
    const both = { ...world.recurring(), startsAt: world.order().startsAt };
    expect(order.recurrence).toBeDefined();
    await expect(world.service.create(supplierId, both, 'operator')).rejects.toMatchObject({
      problems: [{ field: 'startsAt' }],
    });
  });

  it('previews its first window and draws every day anew', async () => {
    const { supplierId } = await world.fleet(30);
    const order = { ...world.recurring(), shareOfFleet: 0.5 };
    const first = await world.service.preview(supplierId, order);
    expect(first.slots[0]!.startsAt).toBe(world.clock.now());
    expect(first.slots).toHaveLength(hourMs / slotMs);
    const { occurrences } = await world.service.create(supplierId, order, 'operator');
    await world.planner.planOccurrence(occurrences[0]!.occurrenceId);
    const planned = await actionsOf(occurrences[0]!.occurrenceId);
    expect(planned.map(({ zone_id }) => zone_id)).toEqual(first.actions.map(({ zoneId }) => zoneId).sort());
    const seeds = await Promise.all(
      occurrences.map(async ({ occurrenceId }) => (await world.campaigns.orderOf(occurrenceId))!.order.seed),
    );
    expect(new Set(seeds).size).toBe(occurrences.length);
  });
});
