import * as fc from 'fast-check';
import { ReadingPartitions } from '@warmshift/db';
import { hourMs, minuteMs } from '@warmshift/domain';
import { IngestService } from '@warmshift/fleet-sync';
import { testDatabase } from '../../support';
import { evening, World } from '../../support/world';

const today = '2026-11-24';

describe('the start for which an action reserved a cycle', () => {
  const db = testDatabase();
  let world: World;
  beforeEach(() => {
    world = new World(db);
  });
  afterEach(() => world.close());

  /** Actions given back at these minutes before `evening`, each with a reserved cycle, and the device off until then. */
  async function givenBack(minutesAgo: readonly number[], columns: Record<string, unknown> = {}) {
    const supplierId = await world.rows.supplier();
    const connectionId = await world.rows.connection(supplierId);
    const device = await world.rows.device(supplierId, connectionId, {
      zone: { heating: false, power_w: 0, measured_at: new Date(evening - 10 * hourMs).toISOString() },
    });
    await world.rows.ledger(supplierId, device.deviceId, today, 0, minutesAgo.length);
    for (const ago of minutesAgo) {
      const endsAt = evening - ago * minuteMs;
      const window = { startsAt: endsAt - 15 * minuteMs, endsAt };
      const { occurrenceId } = await world.rows.occurrence(supplierId, window);
      await world.rows.action(supplierId, occurrenceId, device, window, {
        state: 'RESTORED',
        cycles_reserved: 1,
        cycle_day: today,
        sent_at: new Date(window.startsAt).toISOString(),
        active_at: new Date(window.startsAt).toISOString(),
        restore_sent_at: new Date(endsAt).toISOString(),
        ended_at: new Date(endsAt).toISOString(),
        ...columns,
      });
    }
    const ingest = new IngestService(world.db, new ReadingPartitions(world.db), world.clock);
    const zone = { ...device, deviceKind: 'heater' as const };
    const read = (at: number, powerW: number) =>
      ingest.ingest(
        [{ zone, reading: { measuredAt: at, powerW, maxPowerW: 1_500, powerQuality: 'reported' } }],
        { connectionId, supplierId },
      );
    const ledger = async () => {
      const [row] = await db.query<{ observed: number; reserved: number }>(
        `SELECT observed_starts AS observed, reserved_starts AS reserved FROM cycle_ledger
         WHERE device_id = $1 AND local_day = $2`,
        [device.deviceId, today],
      );
      return row;
    };
    return { read, ledger };
  }

  it('is counted once, not as reserved and observed', async () => {
    const { read, ledger } = await givenBack([60]);
    await read(evening - 59 * minuteMs, 0);
    expect(await ledger()).toEqual({ observed: 0, reserved: 1 });
    await read(evening - 50 * minuteMs, 1_500);
    expect(await ledger()).toEqual({ observed: 1, reserved: 0 });
    await read(evening - 50 * minuteMs, 1_500);
    await read(evening - 30 * minuteMs, 0);
    await read(evening - 10 * minuteMs, 1_500);
    expect(await ledger()).toEqual({ observed: 2, reserved: 0 });
  });

  it.each([
    ['before a decrease was given back', { state: 'ACTIVE', restore_sent_at: null, ended_at: null }, 1],
    ['after a decrease that the customer ended', { state: 'OVERRIDDEN', restore_sent_at: null }, 0],
    [
      'during an increase',
      { direction: 'increase', state: 'ACTIVE', restore_sent_at: null, ended_at: null },
      0,
    ],
    [
      'before an increase went out',
      { direction: 'increase', state: 'PLANNED', sent_at: null, active_at: null },
      1,
    ],
  ])('seen %s leaves %j: %i reserved', async (_when, columns, reserved) => {
    const { read, ledger } = await givenBack([60], columns);
    await read(evening - 65 * minuteMs, 0);
    await read(evening - 50 * minuteMs, 1_500);
    expect(await ledger()).toEqual({ observed: 1, reserved });
  });

  it('for any readings: each start ends at most one reservation, and only one that was given back before', async () => {
    const restores = fc.uniqueArray(fc.integer({ min: 10, max: 400 }), { minLength: 1, maxLength: 3 });
    const powers = fc.array(fc.boolean(), { minLength: 4, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(restores, powers, async (minutesAgo, on) => {
        const { read, ledger } = await givenBack(minutesAgo);
        const waiting = minutesAgo.map((ago) => evening - ago * minuteMs).sort((a, b) => a - b);
        let [observed, running] = [0, false];
        for (const [index, heats] of on.entries()) {
          const at = evening - 420 * minuteMs + index * 35 * minuteMs;
          await read(at, heats ? 1_500 : 0);
          if (heats && !running) {
            observed += 1;
            if (waiting[0] !== undefined && waiting[0] <= at) waiting.shift();
          }
          running = heats;
          expect(await ledger()).toEqual({ observed, reserved: waiting.length });
        }
      }),
      { numRuns: 25 },
    );
  });
});
