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

const service = () => world.legionella;

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

const codeOf = async (zoneId: string) => {
  await world.statuses.recompute([zoneId]);
  const [row] = await db.query<{ code: string }>('SELECT code FROM zone_statuses WHERE zone_id = $1', [
    zoneId,
  ]);
  return row?.code;
};

describe('the legionella calendar', () => {
  it('keeps decreases off a planned run for as long as an action stands behind it', async () => {
    const due = await tank(3);
    const run = { startsAt: evening - 5 * minuteMs, endsAt: evening + hourMs };
    const { occurrenceId } = await world.rows.occurrence(due.supplierId, run);
    const of = { direction: 'increase', purpose: 'disinfection' };
    const actionId = await world.rows.action(due.supplierId, occurrenceId, due, run, of);
    expect(await codeOf(due.zoneId)).not.toBe('LEGIONELLA_DUE');
    await db.query(
      `UPDATE legionella_ledger SET planned_starts_at = $2, planned_ends_at = $3, planned_action_id = $4 WHERE zone_id = $1`,
      [due.zoneId, new Date(run.startsAt), new Date(run.endsAt), actionId],
    );
    world.clock.advance(1);
    expect(await codeOf(due.zoneId)).toBe('LEGIONELLA_DUE');
    await db.query(`UPDATE actions SET state = 'SKIPPED' WHERE id = $1`, [actionId]);
    world.clock.advance(1);
    expect(await codeOf(due.zoneId)).not.toBe('LEGIONELLA_DUE');
    expect(await service().clearPassed()).toEqual([due.zoneId]);
  });

  it('raises the alarm for tanks for which nothing shows that runs happen', async () => {
    const overdue = await tank(9);
    const never = await tank(undefined);
    await tank(2);
    expect(await service().alert()).toBe(2);
    expect(world.overdueTanks).toBe(2);
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
    const { evidence } = await service().report(device.supplierId, device.deviceId);
    expect(evidence).toMatchObject({
      kept: false,
      intervalMs: 7 * dayMs,
      from: evening - 30 * dayMs,
      to: evening,
    });
    expect(evidence.runs).toHaveLength(3);
    expect(evidence.gaps).toMatchObject([
      { from: evening - 30 * dayMs, open: false },
      { from: evening - 22 * dayMs, to: evening - 8 * dayMs - hourMs, open: false },
    ]);
    expect((await service().evidenceCsv(device.supplierId, device.deviceId)).split('\r\n')).toHaveLength(7);
    const other = await world.rows.supplier();
    await expect(service().report(other, device.deviceId)).rejects.toThrow('There is no tank');
  });
});
