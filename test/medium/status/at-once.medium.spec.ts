import { FleetSettings } from '@warmshift/fleet-sync';
import { minuteMs } from '@warmshift/domain';
import { testDatabase } from '../../support';
import { evening, World } from '../../support/world';

describe('the stored status follows at once', () => {
  const db = testDatabase();
  let world: World;
  beforeEach(() => {
    world = new World(db);
  });
  afterEach(() => world.close());

  async function readyRoom() {
    const supplierId = await world.rows.supplier();
    const connectionId = await world.rows.connection(supplierId);
    const room = await world.rows.device(supplierId, connectionId);
    await world.statuses.recompute([room.zoneId]);
    const code = async () => {
      const [row] = await db.query<{ code: string }>('SELECT code FROM zone_statuses WHERE zone_id = $1', [
        room.zoneId,
      ]);
      return row?.code;
    };
    expect(await code()).toBe('READY');
    world.clock.advance(1_000);
    return { ...room, supplierId, code };
  }

  it.each(['supplier', 'connection', 'device'] as const)(
    'an emergency stop of the %s, and its lift',
    async (kind) => {
      const room = await readyRoom();
      const other = await readyRoom();
      const ids = { supplier: room.supplierId, connection: room.connectionId, device: room.deviceId };
      const scope = kind === 'supplier' ? { kind } : { kind, id: ids[kind] };
      await world.emergencyStop.stop(room.supplierId, scope, 'fire', 'test');
      expect([await room.code(), await other.code()]).toEqual(['HELD', 'READY']);
      world.clock.advance(1_000);
      await world.emergencyStop.lift(room.supplierId, scope, 'test');
      expect(await room.code()).toBe('READY');
    },
  );

  it('what is set on a device and on its site', async () => {
    const room = await readyRoom();
    const settings = new FleetSettings(world.db, world.statuses, world.clock);
    const editor = { supplierId: room.supplierId, actor: 'test' };
    const device = (patch: Parameters<FleetSettings['updateDevice']>[2]) =>
      settings.updateDevice(editor, room.deviceId, patch);
    const site = (patch: Parameters<FleetSettings['updateSite']>[2]) =>
      settings.updateSite(editor, room.siteId, patch);
    const allDay = [{ from: '00:00', to: '23:59' }];
    const steps: readonly [() => Promise<void>, string][] = [
      [() => device({ optedOut: true }), 'CUSTOMER_OPT_OUT'],
      [() => device({ optedOut: false }), 'READY'],
      [() => device({ enabled: false }), 'STEERING_DISABLED'],
      [() => device({ enabled: true }), 'READY'],
      [() => site({ optedOut: true }), 'CUSTOMER_OPT_OUT'],
      [() => site({ optedOut: false }), 'READY'],
      [() => site({ quietHours: allDay }), 'QUIET_HOURS'],
      [() => site({ quietHours: [] }), 'READY'],
    ];
    for (const [change, code] of steps) {
      world.clock.advance(1_000);
      await change();
      expect(await room.code()).toBe(code);
    }
  });

  it('a refresh in time keeps every status younger than a minute', async () => {
    const room = await readyRoom();
    const statuses = world.statuses;
    for (let second = 0; second < 150; second += 1) {
      world.clock.advance(1_000);
      await statuses.refresh();
      const [row] = await db.query<{ at: Date }>(
        'SELECT assessed_at AS at FROM zone_statuses WHERE zone_id = $1',
        [room.zoneId],
      );
      expect(world.clock.now() - row!.at.getTime()).toBeLessThan(minuteMs);
    }
    expect(world.clock.now()).toBeGreaterThan(evening + 2 * minuteMs);
  });
});
