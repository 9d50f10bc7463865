import { randomUUID } from 'node:crypto';
import { hourMs, minuteMs } from '@warmshift/domain';
import { VendorUnavailable } from '@warmshift/vendors/contract';
import { DeviceLeases } from '@warmshift/action-queue';
import { eventually, testDatabase } from '../../support';
import { World } from '../../support/world';

describe('many workers', () => {
  const db = testDatabase();
  let world: World;
  beforeEach(async () => {
    world = new World(db);
    await db.query('UPDATE actions SET due_at = NULL'); // of the tests before
  });
  afterEach(() => world.close());

  async function fleetInAction(count: number) {
    const supplierId = await world.rows.supplier();
    const connectionId = await world.rows.connection(supplierId);
    const window = { startsAt: world.clock.now(), endsAt: world.clock.now() + hourMs };
    const { occurrenceId } = await world.rows.occurrence(supplierId, window);
    const actions: string[] = [];
    for (let index = 0; index < count; index += 1) {
      const room = await world.rows.device(supplierId, connectionId);
      world.vendor.add(room.vendorDeviceId);
      actions.push(await world.rows.action(supplierId, occurrenceId, room, window));
    }
    return { actions, connectionId };
  }

  it('send every command once, with a history without gaps and versions that only grow', async () => {
    const { actions, connectionId } = await fleetInAction(12);
    const advancers = [world.advancer(), world.advancer(), world.advancer()];
    const versions = new Map<string, number>();
    for (const stepMs of [0, 5_000, 5_000, minuteMs, hourMs, 5_000, 5_000]) {
      world.clock.advance(stepMs);
      await Promise.all(advancers.map((advancer) => advancer.advance(connectionId)));
      for (const id of actions) {
        const { version } = await world.action(id);
        expect(version).toBeGreaterThanOrEqual(versions.get(id) ?? 0);
        versions.set(id, version);
      }
    }
    for (const id of actions) {
      const action = await world.action(id);
      expect(action.state).toBe('RESTORED');
      expect(world.vendor.writesOf(action.device.vendorDeviceId, 'steer')).toHaveLength(1);
      expect(world.vendor.writesOf(action.device.vendorDeviceId, 'restore')).toHaveLength(1);
      const history = await world.history(id);
      history.forEach((entry, index) =>
        expect(entry.from).toBe(index === 0 ? 'PLANNED' : history[index - 1]!.to),
      );
      expect(history.at(-1)?.to).toBe('RESTORED');
    }
  });

  it('leave a device alone while another one is at it, and take over when that one died', async () => {
    const { actionId, connectionId, room } = await world.roomInAction();
    const lease = (interval: string) =>
      db.query(
        `INSERT INTO device_leases VALUES ($1, $2, clock_timestamp() + $3::interval)
         ON CONFLICT (device_id) DO UPDATE SET until = excluded.until`,
        [room.deviceId, randomUUID(), interval],
      );
    await lease('30 seconds');
    expect(await world.advancer().advance(connectionId)).toMatchObject({ taken: 0 });
    expect(world.vendor.reads).toBe(0);
    await lease('-1 second');
    expect(await world.advancer().advance(connectionId)).toMatchObject({ taken: 1 });
    expect(await world.action(actionId)).toMatchObject({ state: 'SENT' });
    expect(await db.query('SELECT 1 FROM device_leases WHERE device_id = $1', [room.deviceId])).toEqual([]);
  });

  it('write nothing after losing the device to another worker', async () => {
    const { actionId, connectionId } = await world.roomInAction();
    world.vendor.whenRead = async () => {
      world.vendor.whenRead = () => Promise.resolve();
      await db.query(
        `UPDATE actions SET version = version + 1, due_at = due_at + interval '10 minutes' WHERE id = $1`,
        [actionId],
      );
    };
    await world.advancer().advance(connectionId);
    expect(world.vendor.writes).toEqual([]);
  });

  it('read an action as the last one at its device leaves it, who is just about to', async () => {
    const { actions } = await fleetInAction(1);
    const { actionId, deviceId, version } = await world.action(actions[0]!);
    await db.query(
      `INSERT INTO device_leases (device_id, token, until) VALUES ($1, gen_random_uuid(), now() + interval '30 s')`,
      [deviceId],
    );
    const claimed = await world.db.transaction(async (sql) => {
      await sql.run('UPDATE actions SET version = version + 1 WHERE id = $1', [actionId]);
      await sql.run('DELETE FROM device_leases WHERE device_id = $1', [deviceId]);
      const claim = new DeviceLeases(world.db).claim([actionId], world.clock.now());
      await eventually(async () => {
        const waiting = await db.query(
          `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        return waiting.length > 0;
      });
      return { claim };
    });
    expect((await claimed.claim).map(({ action }) => action.version)).toEqual([version + 1]);
  });

  it('take up what no job did, restores first', async () => {
    const { actions, connectionId } = await fleetInAction(2);
    const [ended, fresh] = actions;
    const dueAt = (id: string, at: number) =>
      db.query('UPDATE actions SET due_at = $2 WHERE id = $1', [id, new Date(at)]);
    await dueAt(fresh!, world.clock.now() + hourMs);
    await world.advancer().advance(connectionId);
    await dueAt(fresh!, world.clock.now());
    await db.query('UPDATE actions SET ends_at = $2 WHERE id = $1', [ended, new Date(world.clock.now() + 1)]);
    await dueAt(ended!, world.clock.now() + 1);
    world.clock.advance(2_000);
    expect(await new DeviceLeases(world.db).due(connectionId, world.clock.now(), 10)).toEqual([ended, fresh]);
    const reconciler = world.reconciler();
    await reconciler.tick();
    await reconciler.settled();
    expect((await world.action(ended!)).state).toBe('RESTORING');
    expect((await world.action(fresh!)).state).toBe('SENT');
  });

  it('let no command wait for looks at devices', async () => {
    const { actions, connectionId } = await fleetInAction(2);
    const [look, command] = actions;
    await db.query('UPDATE actions SET due_at = NULL WHERE id = $1', [command]);
    await world.advancer().advance(connectionId);
    world.clock.advance(30_000);
    await db.query('UPDATE actions SET due_at = $2 WHERE id = $1', [command, new Date(world.clock.now())]);
    expect(await world.action(look!)).toMatchObject({ state: 'SENT' });
    const due = await new DeviceLeases(world.db).due(connectionId, world.clock.now(), 10);
    expect(due).toEqual([command, look]);
  });

  it('go on with other connections while one vendor does not answer', async () => {
    const { actions: gone } = await fleetInAction(40);
    const { actions: others } = await fleetInAction(3);
    const unanswered = new Set<string>();
    for (const id of gone) unanswered.add((await world.action(id)).device.vendorDeviceId);
    let asked = 0;
    world.vendor.whenRead = (device) => {
      if (!unanswered.has(device)) return Promise.resolve();
      asked += 1;
      return Promise.reject(new VendorUnavailable('time-out', false));
    };
    world.clock.advance(5_000);
    const reconciler = world.reconciler();
    await reconciler.tick();
    await reconciler.settled();
    expect(asked).toBeGreaterThan(2);
    expect(asked).toBeLessThan(40);
    for (const id of others) expect((await world.action(id)).state).toBe('SENT');
  });
});
