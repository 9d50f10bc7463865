import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { hourMs, localDayOf, minuteMs, slotMs } from '@warmshift/domain';
import { ReadingPartitions } from '@warmshift/db';
import type { ZoneReading } from '@warmshift/vendors/contract';
import { takeCycles } from '../../../libs/campaigns/src/planned-actions';
import { IngestService } from '../../../libs/fleet-sync/src/readings/ingest.service';
import type { ZoneContext } from '../../../libs/steerable-status/src/zone-context';
import { testDatabase } from '../../support';
import { evening, World, wishedAction, type DeviceRow } from '../../support/world';

const db = testDatabase();
let world: World;
beforeEach(() => {
  world = new World(db);
});
afterEach(() => world.close());

const today = localDayOf(evening, 'Europe/Brussels');

async function ledgerOf(deviceId: string): Promise<{ observed: number; reserved: number }> {
  const [row] = await db.query<{ observed: number; reserved: number }>(
    'SELECT observed_starts AS observed, reserved_starts AS reserved FROM cycle_ledger WHERE device_id = $1 AND local_day = $2',
    [deviceId, today],
  );
  return row ?? { observed: 0, reserved: 0 };
}

/** A worker was killed here: its transaction is rolled back by the server. */
class Killed extends Error {}

describe('the ledger of cycles', () => {
  it('is never overbooked by any number of dispatchers that die at any moment and give back what they do not use', async () => {
    const supplierId = await world.rows.supplier();
    const connectionId = await world.rows.connection(supplierId);
    const attempt = fc.record({
      device: fc.nat(2),
      cost: fc.integer({ min: 1, max: 2 }),
      fate: fc.constantFrom('runs', 'skipped', 'killed'),
    });
    const run = fc.record({
      observed: fc.nat(5),
      limit: fc.integer({ min: 0, max: 10 }),
      kept: fc.nat(3),
      unseen: fc.nat(3),
      attempts: fc.array(attempt, { minLength: 5, maxLength: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(run, async ({ observed, limit, kept, unseen, attempts }) => {
        const devices: DeviceRow[] = [];
        for (let n = 0; n < 3; n += 1) devices.push(await world.rows.device(supplierId, connectionId));
        for (const { deviceId } of devices) await world.rows.ledger(supplierId, deviceId, today, observed, 0);
        const used = new Map(devices.map(({ deviceId }) => [deviceId, 0]));
        await Promise.all(
          attempts.map(async ({ device, cost, fate }) => {
            const of = devices[device]!;
            const action = wishedAction(of, cost);
            const cycles = {
              maxPerDay: limit,
              observedToday: 0,
              reservedToday: 0,
              unseenToday: unseen,
              ownNeedsReserve: kept,
            };
            const contexts = new Map([
              [of.zoneId, { supplierId, facts: { cycles } } as unknown as ZoneContext],
            ]);
            const had = await world.db
              .transaction(async (sql) => {
                const taken = await takeCycles(sql, [action], contexts);
                if (fate === 'killed') throw new Killed();
                return taken.has(action.id);
              })
              .catch((error: unknown) => {
                if (!(error instanceof Killed)) throw error;
                return false;
              });
            if (!had) return;
            if (fate === 'runs') used.set(of.deviceId, used.get(of.deviceId)! + cost);
            else await giveBack(supplierId, of, cost);
          }),
        );
        for (const { deviceId } of devices) {
          const ledger = await ledgerOf(deviceId);
          expect(ledger.reserved).toBe(used.get(deviceId));
          if (ledger.reserved > 0)
            expect(ledger.observed + ledger.reserved).toBeLessThanOrEqual(limit - kept - unseen);
        }
      }),
      { numRuns: 12 },
    );
  });

  /** An action that holds the cycles is skipped before it was sent: its end gives them back. */
  async function giveBack(supplierId: string, of: DeviceRow, cost: number): Promise<void> {
    const window = { startsAt: evening + slotMs, endsAt: evening + hourMs };
    const { occurrenceId } = await world.rows.occurrence(supplierId, window);
    const columns = { cycles_reserved: cost, cycle_day: today };
    const actionId = await world.rows.action(supplierId, occurrenceId, of, window, columns);
    const action = await world.actions.find(actionId);
    await world.actions.apply(action!, { event: { kind: 'skipped', code: 'OFFLINE' } }, evening);
  }
});

describe('starts of a heat pump that reports no power', () => {
  async function heatPump() {
    const supplierId = await world.rows.supplier();
    const connectionId = await world.rows.connection(supplierId, { vendor: 'nox' });
    const silent = {
      heating: null,
      power_w: null,
      power_quality: 'missing',
      measured_at: null,
      temperature_c: null,
    };
    const tank = await world.rows.device(supplierId, connectionId, {
      device: { kind: 'heat_pump' },
      zone: { kind: 'DHW', ...silent },
    });
    const roomId = randomUUID();
    await db.query(
      `INSERT INTO zones (id, supplier_id, device_id, kind, power_quality) VALUES ($1, $2, $3, 'room', 'missing')`,
      [roomId, supplierId, tank.deviceId],
    );
    const ingest = new IngestService(world.db, new ReadingPartitions(world.db), world.clock);
    const zone = (kind: 'DHW' | 'room') => ({
      zoneId: kind === 'DHW' ? tank.zoneId : roomId,
      deviceId: tank.deviceId,
      vendorDeviceId: tank.vendorDeviceId,
      deviceKind: 'heat_pump' as const,
      kind,
    });
    const state = (measuredAt: number, tankC: number, roomC: number) => {
      const thermal = { measuredAt, powerQuality: 'missing' } as const;
      const room: ZoneReading = { ...thermal, temperatureC: roomC, coolingKPerH: 0.4, gainKPerH: 0.8 };
      return ingest.ingest(
        [
          {
            zone: zone('DHW'),
            reading: { ...thermal, temperatureC: tankC, coolingKPerH: 0.2, gainKPerH: 16 },
          },
          { zone: zone('room'), reading: room },
        ],
        { connectionId, supplierId },
      );
    };
    const starts = () =>
      db
        .query<{ at: Date }>('SELECT started_at AS at FROM cycle_starts WHERE device_id = $1 ORDER BY 1', [
          tank.deviceId,
        ])
        .then((rows) => rows.map(({ at }) => at.getTime()));
    return { deviceId: tank.deviceId, state, starts };
  }

  it('are counted when the device goes from neither zone to any, once, in the middle between the readings', async () => {
    const pump = await heatPump();
    const q = (n: number) => evening - hourMs + n * 15 * minuteMs;
    await pump.state(q(0), 48, 20); // nothing is known before
    await pump.state(q(1), 47.9, 19.9); // still
    await pump.state(q(2), 47.8, 20.0); // the room is heated: a start
    await pump.state(q(3), 51.8, 19.9); // the tank takes over: none
    await pump.state(q(4), 51.7, 20.0); // the room again: none
    expect(await pump.starts()).toEqual([q(1) + 7.5 * minuteMs]);
    expect(await ledgerOf(pump.deviceId)).toMatchObject({ observed: 1 });
    await pump.state(q(4), 51.7, 20.0);
    expect(await ledgerOf(pump.deviceId)).toMatchObject({ observed: 1 });
  });

  it('count on the local day on which they happened, also when the states come later', async () => {
    const pump = await heatPump();
    const midnight = Date.UTC(2026, 10, 23, 23); // in Brussels
    await pump.state(midnight - 15 * minuteMs, 48, 20);
    await pump.state(midnight, 47.9, 19.9);
    await pump.state(midnight + 15 * minuteMs, 47.8, 20.0);
    expect(await ledgerOf(pump.deviceId)).toMatchObject({ observed: 1 });
    const early = await heatPump();
    await early.state(midnight - 30 * minuteMs, 48, 20);
    await early.state(midnight - 15 * minuteMs, 47.9, 19.9);
    await early.state(midnight, 47.8, 20.0);
    expect(await early.starts()).toHaveLength(1);
    expect(await ledgerOf(early.deviceId)).toMatchObject({ observed: 0 });
  });
});
