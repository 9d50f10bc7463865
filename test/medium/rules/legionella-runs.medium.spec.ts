import { dayMs, hourMs, minuteMs } from '@warmshift/domain';
import { testDatabase } from '../../support';
import { CampaignWorld, evening } from '../../support/world';

const db = testDatabase();
let world: CampaignWorld;
beforeEach(async () => {
  world = new CampaignWorld(db);
  await db.query('UPDATE devices SET retired_at = now()');
});
afterEach(() => world.close());

interface TankOptions {
  readonly lastRunDaysAgo?: number;
  readonly vendor?: string;
  readonly site?: Record<string, unknown>;
  readonly device?: Record<string, unknown>;
  readonly zone?: Record<string, unknown>;
  readonly supplierId?: string;
}

/** A tank at 45 °C that may be heated up to 65 °C, gains 20 K an hour, and needs a run every week. */
async function tank({ lastRunDaysAgo = 6, vendor = 'nox', ...more }: TankOptions = {}) {
  const supplierId = more.supplierId ?? (await world.rows.supplier());
  const connectionId = await world.rows.connection(supplierId, { vendor });
  const row = await world.rows.device(supplierId, connectionId, {
    site: more.site ?? {},
    device: {
      kind: 'heat_pump',
      legionella_frequency_per_weeks: 1,
      legionella_duration_minutes: 60,
      ...more.device,
    },
    zone: {
      kind: 'DHW',
      temperature_c: 45,
      setpoint_c: null,
      min_c: 40,
      max_c: 65,
      step_c: null,
      gain_k_per_h: 20,
      cooling_k_per_h: 0.4,
      heating: false,
      ...more.zone,
    },
  });
  await world.rows.calmDays(supplierId, row.deviceId);
  const last = new Date(evening - lastRunDaysAgo * dayMs);
  await db.query(
    'INSERT INTO legionella_ledger (zone_id, supplier_id, enrolled_at, last_completed_at) VALUES ($1, $2, $3, $4)',
    [row.zoneId, supplierId, new Date(evening - 60 * dayMs), last],
  );
  const device = world.vendor.add(row.vendorDeviceId);
  device.setpointC = 48;
  return { supplierId, ...row, scripted: device };
}

async function runOf(zoneId: string) {
  const [row] = await db.query<{
    action_id: string;
    state: string;
    code: string | null;
    starts_at: Date;
    ends_at: Date;
    run_ends_at: Date;
    cycles_reserved: number;
  }>(
    `SELECT action.id AS action_id, action.state, action.code, action.starts_at, action.ends_at, action.cycles_reserved,
       ledger.planned_ends_at AS run_ends_at
     FROM actions action JOIN legionella_ledger ledger ON ledger.zone_id = action.zone_id
     WHERE action.zone_id = $1 AND action.purpose = 'disinfection' ORDER BY action.created_at DESC LIMIT 1`,
    [zoneId],
  );
  return row;
}

/** Lets the time pass with readings that stay fresh. */
async function pass(durationMs: number) {
  const until = world.clock.now() + durationMs;
  while (world.clock.now() < until) {
    world.clock.advance(minuteMs);
    await world.rows.refreshReadings();
    await world.doWhatIsDue();
  }
}

async function reserved(deviceId: string): Promise<number> {
  const [row] = await db.query<{ starts: number }>(
    'SELECT coalesce(sum(reserved_starts), 0)::int AS starts FROM cycle_ledger WHERE device_id = $1',
    [deviceId],
  );
  return row!.starts;
}

describe('a planned disinfection run', () => {
  it('is planned for tanks that need one and can be heated, as an action that takes its start', async () => {
    const due = await tank();
    await tank({ lastRunDaysAgo: 2 });
    await tank({ vendor: 'heatingcontrol' });
    const optedOut = await tank({ device: { opted_out_at: new Date(evening).toISOString() } });
    expect(await world.disinfections.tick()).toEqual({
      planned: [due.zoneId],
      refused: { CUSTOMER_OPT_OUT: 1 },
      calledOff: 0,
    });
    const run = (await runOf(due.zoneId))!;
    expect(run).toMatchObject({ state: 'PLANNED', cycles_reserved: 1 });
    expect(run.ends_at.getTime() - run.starts_at.getTime()).toBe(hourMs);
    expect(run.run_ends_at.getTime() - run.starts_at.getTime()).toBe(2 * hourMs);
    expect(run.run_ends_at.getTime()).toBeLessThanOrEqual(evening + dayMs - 2 * hourMs);
    expect(await reserved(due.deviceId)).toBe(1);
    expect(await runOf(optedOut.zoneId)).toBeUndefined();
    expect((await world.disinfections.tick()).planned).toEqual([]);
  });

  it('is planned once, however many workers look at once', async () => {
    const due = await tank();
    const ticks = await Promise.all(Array.from({ length: 6 }, () => world.disinfections.tick()));
    expect(ticks.flatMap(({ planned }) => planned)).toEqual([due.zoneId]);
    const actions = await db.query(`SELECT id FROM actions WHERE zone_id = $1`, [due.zoneId]);
    expect(actions).toHaveLength(1);
    expect(await reserved(due.deviceId)).toBe(1);
  });

  it('goes where the supplier wants consumption: into an increase, or before a decrease', async () => {
    const window = { startsAt: evening + 4 * hourMs, endsAt: evening + 7 * hourMs };
    const increase = await tank();
    await world.rows.occurrence(increase.supplierId, window, { campaign: { direction: 'increase' } });
    const decrease = await tank();
    await world.rows.occurrence(decrease.supplierId, window);
    await world.disinfections.tick();
    expect((await runOf(increase.zoneId))!.run_ends_at.getTime()).toBe(window.endsAt);
    expect((await runOf(decrease.zoneId))!.run_ends_at.getTime()).toBe(window.startsAt - hourMs);
  });

  it('keeps out of quiet hours', async () => {
    const quiet = await tank({ site: { quiet_hours: JSON.stringify([{ from: '21:00', to: '15:00' }]) } });
    await world.disinfections.tick();
    const { starts_at: from, run_ends_at: to } = (await runOf(quiet.zoneId))!;
    // In Brussels it is 18:00: free is the evening until 21:00.
    expect([from.toISOString(), to.toISOString()]).toEqual([
      '2026-11-24T18:00:00.000Z',
      '2026-11-24T20:00:00.000Z',
    ]);
  });

  it('heats an overdue tank to what its profile asks, and gives it back', async () => {
    const overdue = await tank({ lastRunDaysAgo: 9 });
    await world.disinfections.tick();
    const { action_id: actionId, starts_at: startsAt } = (await runOf(overdue.zoneId))!;
    await pass(startsAt.getTime() - world.clock.now() + 5 * minuteMs);
    const active = await world.action(actionId);
    expect(active).toMatchObject({ state: 'ACTIVE', purpose: 'disinfection', snapshot: { setpointC: 48 } });
    // 60 °C for 60 min, and 0.8 K an hour of cooling over that and a quarter of an hour more.
    expect(active.limitC).toBeCloseTo(61, 5);
    expect(world.vendor.writesOf(overdue.vendorDeviceId, 'steer')).toMatchObject([
      { setpointC: active.limitC },
    ]);
    await pass(70 * minuteMs);
    expect((await world.action(actionId)).state).toBe('RESTORED');
    expect(overdue.scripted.shown()).toBe(48);
    const events = (await world.history(actionId)).map(({ event }) => event);
    expect(events[0]).toBe('planned');
    expect(events.at(-1)).toBe('restored');
  });

  it('is not made where the vendor cannot bring the tank to the temperature: that is told instead', async () => {
    const cold = await tank({ lastRunDaysAgo: 9, zone: { max_c: 58 } });
    const slow = await tank({ lastRunDaysAgo: 9, zone: { gain_k_per_h: 8 } });
    const hotter = await tank({ lastRunDaysAgo: 9, site: { country: 'AT', time_zone: 'Europe/Vienna' } });
    const unknown = await tank({ lastRunDaysAgo: 9, zone: { max_c: null } });
    expect(await world.disinfections.tick()).toMatchObject({ planned: [], refused: { NO_HEADROOM: 4 } });
    expect(await world.legionella.alert()).toBe(4);
    const reasons = await Promise.all(
      [cold, slow, hotter, unknown].map(
        async ({ supplierId }) => (await world.legionella.overdue(supplierId))[0]?.obstacle?.reason,
      ),
    );
    expect(reasons).toEqual([
      'A disinfection run needs 60 °C for 60 min; heating for 1 h brings the tank to 58 °C.',
      'A disinfection run needs 60 °C for 60 min; heating for 1 h brings the tank to 51.8 °C.',
      'A disinfection run needs 70 °C for 3 min; heating for 1 h brings the tank to 62 °C.',
      'A disinfection run needs 60 °C for 60 min; how hot the tank may be made is not stated.',
    ]);
    expect(world.logged('legionella.overdue')).toMatchObject([{ obstacles: { NO_HEADROOM: 4 } }]);
  });

  it('warns before the rule is broken where neither machine nor we can make a run', async () => {
    await tank({ zone: { max_c: 58 } });
    await tank();
    expect(await world.legionella.alert()).toBe(0);
    expect(world.logged('legionella.due-without-run')).toMatchObject([
      { tanks: 1, obstacles: { NO_HEADROOM: 1 } },
    ]);
  });

  it('waits for the tank to cool below the activation limit after a try that found it too warm', async () => {
    const warm = await tank({ zone: { temperature_c: 48, activation_limit_c: 46 } });
    await world.disinfections.tick();
    const first = (await runOf(warm.zoneId))!;
    await pass(first.starts_at.getTime() - world.clock.now() - 5 * minuteMs);
    expect(await runOf(warm.zoneId)).toMatchObject({ state: 'SKIPPED', code: 'ABOVE_ACTIVATION_LIMIT' });
    expect(await reserved(warm.deviceId)).toBe(0);
    expect((await world.disinfections.tick()).refused).toEqual({ ABOVE_ACTIVATION_LIMIT: 1 });
    await db.query('UPDATE zones SET temperature_c = 45.5 WHERE id = $1', [warm.zoneId]);
    expect((await world.disinfections.tick()).planned).toEqual([warm.zoneId]);
    const second = (await runOf(warm.zoneId))!;
    expect(second.starts_at.getTime() - world.clock.now()).toBeLessThanOrEqual(30 * minuteMs);
  });

  it('is called off when the tank has made one by itself meanwhile', async () => {
    const due = await tank();
    await world.disinfections.tick();
    world.clock.advance(minuteMs);
    await db.query('UPDATE legionella_ledger SET last_completed_at = $2 WHERE zone_id = $1', [
      due.zoneId,
      new Date(world.clock.now()),
    ]);
    expect((await world.disinfections.tick()).calledOff).toBe(1);
    await world.doWhatIsDue();
    expect(await runOf(due.zoneId)).toMatchObject({ state: 'CANCELLED', code: 'NOT_NEEDED' });
    expect(await reserved(due.deviceId)).toBe(0);
    expect((await world.disinfections.tick()).planned).toEqual([]);
  });

  it('gives up, and says so, after three runs that left nothing to be seen', async () => {
    const dead = await tank({ lastRunDaysAgo: 9 });
    await world.disinfections.tick();
    const { action_id: actionId } = (await runOf(dead.zoneId))!;
    await db.query(
      `UPDATE actions SET state = 'RESTORED', sent_at = starts_at, ended_at = starts_at, due_at = NULL WHERE id = $1`,
      [actionId],
    );
    await db.query(
      `INSERT INTO actions (id, supplier_id, purpose, connection_id, device_id, zone_id, zone_kind, vendor, direction, starts_at, ends_at, state,
         expected_yield_w, baseline_w, cycles_reserved, cycle_day, sent_at, created_at)
       SELECT gen_random_uuid(), supplier_id, purpose, connection_id, device_id, zone_id, zone_kind, vendor, direction,
         starts_at - day * interval '1 day', ends_at, state, expected_yield_w, baseline_w, 0, cycle_day, sent_at, created_at
       FROM actions, generate_series(1, 2) AS day WHERE id = $1`,
      [actionId],
    );
    world.clock.advance(3 * hourMs);
    await world.rows.refreshReadings();
    expect((await world.disinfections.tick()).planned).toEqual([]);
    expect(await world.legionella.overdue(dead.supplierId)).toMatchObject([
      { obstacle: { code: 'RUNS_FAILED' } },
    ]);
  });

  it('follows how the supplier reads the frequency, within four weeks', async () => {
    const rules = { legionellaFrequencyReading: 'weeks-between-runs' };
    const supplierId = await world.rows.supplier({ rule_settings: JSON.stringify(rules) });
    const twice = { device: { legionella_frequency_per_weeks: 2 } };
    const fortnightly = await tank({ ...twice, supplierId, lastRunDaysAgo: 6 });
    const twiceAWeek = await tank({ ...twice, lastRunDaysAgo: 3 });
    expect((await world.disinfections.tick()).planned).toEqual([twiceAWeek.zoneId]);
    const { evidence, dueAt } = await world.legionella.report(supplierId, fortnightly.deviceId);
    expect(evidence.intervalMs).toBe(14 * dayMs);
    expect(dueAt).toBe(evening + 8 * dayMs);
  });
});
