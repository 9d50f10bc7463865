import { dayMs, hourMs, minuteMs } from '@warmshift/domain';
import { LegionellaRepository, LegionellaService } from '@warmshift/steerable-status';
import { testDatabase } from '../../support';
import { evening, World } from '../../support/world';

const db = testDatabase();
let world: World;
let gauge = Number.NaN;
beforeEach(async () => {
  world = new World(db);
  gauge = Number.NaN;
  await db.query('UPDATE devices SET retired_at = now()');
});
afterEach(() => world.close());

const service = () =>
  new LegionellaService({
    tanks: new LegionellaRepository(world.db),
    clock: world.clock,
    logger: world.logger,
    overdueGauge: { set: (value) => (gauge = value) },
  });

/** A heat pump's tank whose last run was so many days ago. */
async function tank(
  lastRunDaysAgo: number | undefined,
  device: Record<string, unknown> = {},
  vendor = 'nox',
) {
  const supplierId = await world.rows.supplier();
  const connectionId = await world.rows.connection(supplierId, { vendor });
  const row = await world.rows.device(supplierId, connectionId, {
    device: {
      kind: 'heat_pump',
      legionella_frequency_per_weeks: 1,
      legionella_duration_minutes: 60,
      ...device,
    },
    zone: { kind: 'DHW', temperature_c: 48, setpoint_c: null },
  });
  const last = lastRunDaysAgo === undefined ? null : new Date(evening - lastRunDaysAgo * dayMs);
  await db.query(
    'INSERT INTO legionella_ledger (zone_id, supplier_id, enrolled_at, last_completed_at) VALUES ($1, $2, $3, $4)',
    [row.zoneId, supplierId, new Date(evening - 30 * dayMs), last],
  );
  return { supplierId, ...row };
}

const planOf = (zoneId: string) =>
  db
    .query<{ from: Date | null; to: Date | null }>(
      'SELECT planned_starts_at AS from, planned_ends_at AS to FROM legionella_ledger WHERE zone_id = $1',
      [zoneId],
    )
    .then(([row]) => row!);
const codeOf = async (zoneId: string) => {
  await world.statuses.recompute([zoneId]);
  const [row] = await db.query<{ code: string }>('SELECT code FROM zone_statuses WHERE zone_id = $1', [
    zoneId,
  ]);
  return row?.code;
};

describe('the legionella planner', () => {
  it('plans what is due within two days where the vendor can heat, and takes passed plans away', async () => {
    const due = await tank(6);
    const later = await tank(2);
    const elsewhere = await tank(6, {}, 'heatingcontrol');
    const optedOut = await tank(6, { opted_out_at: new Date(evening).toISOString() });
    expect((await service().plan()).planned).toEqual([due.zoneId]);
    const { from, to } = await planOf(due.zoneId);
    expect(to!.getTime() - from!.getTime()).toBe(2 * hourMs);
    expect(from!.getTime()).toBeGreaterThan(evening);
    expect(to!.getTime()).toBeLessThanOrEqual(evening + dayMs - 2 * hourMs);
    for (const other of [later, elsewhere, optedOut]) expect((await planOf(other.zoneId)).from).toBeNull();
    expect((await service().plan()).planned).toEqual([]);
    world.clock.set(to!.getTime());
    expect((await service().plan()).cleared).toEqual([due.zoneId]);
  });

  it('puts a run into the hours of an increase campaign, and around quiet hours', async () => {
    const due = await tank(6);
    const window = { startsAt: evening + 4 * hourMs, endsAt: evening + 7 * hourMs };
    await world.rows.occurrence(due.supplierId, window, { campaign: { direction: 'increase' } });
    await service().plan();
    expect((await planOf(due.zoneId)).to!.getTime()).toBe(window.endsAt);
    const quiet = await tank(6);
    await db.query('UPDATE sites SET quiet_hours = $2 WHERE id = $1', [
      quiet.siteId,
      JSON.stringify([{ from: '21:00', to: '15:00' }]),
    ]);
    await service().plan();
    const { from, to } = await planOf(quiet.zoneId);
    // Free are 18:30 to 21:00 today; in Brussels it is 18:00.
    expect([from!.toISOString(), to!.toISOString()]).toEqual([
      '2026-11-24T18:00:00.000Z',
      '2026-11-24T20:00:00.000Z',
    ]);
  });

  it('keeps decreases off a planned run', async () => {
    const due = await tank(3);
    const run = [new Date(evening - 5 * minuteMs), new Date(evening + hourMs)];
    expect(await codeOf(due.zoneId)).not.toBe('LEGIONELLA_DUE');
    await db.query(
      'UPDATE legionella_ledger SET planned_starts_at = $2, planned_ends_at = $3 WHERE zone_id = $1',
      [due.zoneId, ...run],
    );
    world.clock.advance(1);
    expect(await codeOf(due.zoneId)).toBe('LEGIONELLA_DUE');
  });

  it('raises the alarm for tanks for which nothing shows that runs happen', async () => {
    const overdue = await tank(9);
    const never = await tank(undefined);
    await tank(2);
    expect(await service().alert()).toBe(2);
    expect(gauge).toBe(2);
    expect(world.logged('legionella.overdue')).toMatchObject([
      { tanks: 2, withoutPlan: 2, longest: [{ deviceId: never.deviceId }, { deviceId: overdue.deviceId }] },
    ]);
    expect(await service().overdue(overdue.supplierId)).toMatchObject([
      { zoneId: overdue.zoneId, dueAt: evening - 2 * dayMs },
    ]);
    expect(await codeOf(never.zoneId)).toBe('LEGIONELLA_DUE');
    expect(await codeOf(overdue.zoneId)).toBe('LEGIONELLA_DUE');
  });

  it('reports the evidence of a device, to its supplier only', async () => {
    const device = await tank(1);
    for (const daysAgo of [22, 8, 1]) {
      const completedAt = evening - daysAgo * dayMs;
      await db.query(
        'INSERT INTO legionella_runs (zone_id, supplier_id, started_at, completed_at, profile) VALUES ($1, $2, $3, $4, $5)',
        [
          device.zoneId,
          device.supplierId,
          new Date(completedAt - hourMs),
          new Date(completedAt),
          'default-2026-11',
        ],
      );
    }
    const report = await service().evidence(device.supplierId, device.deviceId);
    expect(report).toMatchObject({
      kept: false,
      intervalMs: 7 * dayMs,
      from: evening - 30 * dayMs,
      to: evening,
    });
    expect(report.runs).toHaveLength(3);
    expect(report.gaps).toMatchObject([
      { from: evening - 30 * dayMs, open: false },
      { from: evening - 22 * dayMs, to: evening - 8 * dayMs - hourMs, open: false },
    ]);
    expect((await service().evidenceCsv(device.supplierId, device.deviceId)).split('\r\n')).toHaveLength(7);
    const other = await world.rows.supplier();
    await expect(service().evidence(other, device.deviceId)).rejects.toThrow('There is no tank');
  });
});
