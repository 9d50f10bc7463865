import type { ListedDevice, Listing } from '@warmshift/vendors/contract';
import { VendorAuthExpired, VendorRateLimited, VendorUnavailable } from '@warmshift/vendors/contract';
import { minuteMs } from '@warmshift/domain';
import { ConnectionChanges } from '../../../libs/fleet-sync/src/connections/connection-changes';
import { SyncSchedule } from '../../../libs/fleet-sync/src/sync-schedule';
import { testDatabase } from '../../support';
import { World } from '../../support/world';

describe('discovery', () => {
  const db = testDatabase();
  let world: World;
  let connectionId: string;
  let supplierId: string;
  beforeEach(async () => {
    world = new World(db);
    await db.query("UPDATE connections SET status = 'DISABLED'"); // of the tests before
    supplierId = await world.rows.supplier();
    connectionId = await world.rows.connection(supplierId);
  });
  afterEach(() => world.close());

  const heater = (vendorDeviceId: string, more: Partial<ListedDevice> = {}): ListedDevice => ({
    vendorDeviceId,
    vendorSiteId: 'home',
    kind: 'heater',
    name: vendorDeviceId,
    vendorControl: true,
    zones: [{ kind: 'room' }],
    ...more,
  });
  const lists = (devices: readonly ListedDevice[], more: Partial<Listing> = {}) => {
    world.vendor.listing = {
      complete: true,
      sites: [{ vendorSiteId: 'home', name: 'Home', timeZone: 'Europe/Brussels', country: 'BE' }],
      devices,
      problems: [],
      ...more,
    };
    world.clock.advance(minuteMs);
    return world.discovery.discover(connectionId);
  };
  const stored = () =>
    db.query<{ vendor_device_id: string; name: string; retired: boolean }>(
      `SELECT vendor_device_id, name, retired_at IS NOT NULL AS retired FROM devices WHERE connection_id = $1 ORDER BY vendor_device_id`,
      [connectionId],
    );

  it('shows what the vendor warns of, for as long as it does', async () => {
    const site = { vendorSiteId: 'home', name: 'Home', timeZone: 'Europe/Brussels' };
    const warned = () =>
      db.query('SELECT warnings FROM sites WHERE connection_id = $1 ORDER BY vendor_site_id', [connectionId]);
    await lists([heater('a')], { sites: [{ ...site, warnings: ['Battery low.', 'No signal.'] }] });
    expect(await warned()).toEqual([{ warnings: ['Battery low.', 'No signal.'] }]);
    await lists([heater('a')]);
    expect(await warned()).toEqual([{ warnings: [] }]);
  });

  it('follows the time zone of the vendor until an operator sets one', async () => {
    const zone = async () =>
      (
        await db.query<{ zone: string }>('SELECT time_zone AS zone FROM sites WHERE connection_id = $1', [
          connectionId,
        ])
      )[0]?.zone;
    const moved = { sites: [{ vendorSiteId: 'home', name: 'Home', timeZone: 'Europe/Riga' }] };
    await lists([heater('a')]);
    expect(await zone()).toBe('Europe/Brussels');
    await lists([heater('a')], moved);
    expect(await zone()).toBe('Europe/Riga');
    await db.query(
      "UPDATE sites SET time_zone = 'Europe/Paris', time_zone_set = true WHERE connection_id = $1",
      [connectionId],
    );
    await lists([heater('a')], moved);
    expect(await zone()).toBe('Europe/Paris');
  });

  it('twice gives the same rows, and what people set stays', async () => {
    expect(await lists([heater('a'), heater('b')])).toEqual({
      devices: 2,
      added: 2,
      retired: 0,
      problems: 0,
    });
    const ids = () =>
      db.query('SELECT id, tags FROM devices WHERE connection_id = $1 ORDER BY id', [connectionId]);
    await db.query("UPDATE devices SET tags = '{mine}', opted_out_at = now() WHERE connection_id = $1", [
      connectionId,
    ]);
    const before = await ids();
    expect(await lists([heater('b'), heater('a')])).toEqual({
      devices: 2,
      added: 0,
      retired: 0,
      problems: 0,
    });
    expect(await ids()).toEqual(before);
    const zones = await db.query(
      'SELECT 1 FROM zones JOIN devices ON devices.id = zones.device_id WHERE connection_id = $1',
      [connectionId],
    );
    expect(zones).toHaveLength(2);
  });

  it('retires what a complete listing leaves out, not what an incomplete one does, and takes it back', async () => {
    await lists([heater('a'), heater('b')]);
    expect(await lists([heater('a')], { complete: false })).toMatchObject({ retired: 0 });
    expect((await stored()).map(({ retired }) => retired)).toEqual([false, false]);
    expect(await lists([heater('a')])).toMatchObject({ retired: 1 });
    expect((await stored()).map(({ retired }) => retired)).toEqual([false, true]);
    expect(await lists([heater('a'), heater('b')])).toMatchObject({ retired: 0, added: 0 });
    expect((await stored()).map(({ retired }) => retired)).toEqual([false, false]);
  });

  it('takes a device that is listed twice once, and says so', async () => {
    expect(await lists([heater('a', { name: 'first' }), heater('a', { name: 'second' })])).toMatchObject({
      devices: 1,
      problems: 1,
    });
    expect(await stored()).toEqual([{ vendor_device_id: 'a', name: 'second', retired: false }]);
    const [connection] = await db.query('SELECT last_problems FROM connections WHERE id = $1', [
      connectionId,
    ]);
    expect(connection).toMatchObject({ last_problems: [{ vendorDeviceId: 'a' }] });
  });

  it("keeps the age of a reading when a listing only says the vendor's word on a zone", async () => {
    const measuredAt = world.clock.now();
    await lists([
      heater('a', {
        zones: [{ kind: 'room', reading: { measuredAt, powerQuality: 'reported', temperatureC: 20 } }],
      }),
    ]);
    const vendorStatus = { canActivate: false, inActiveAction: false, reason: 'Asleep.' };
    await lists([
      heater('a', {
        zones: [
          { kind: 'room', reading: { measuredAt: world.clock.now(), powerQuality: 'missing', vendorStatus } },
        ],
      }),
    ]);
    const zones = await db.query<{ measured_at: Date }>(
      'SELECT measured_at, vendor_can_activate, vendor_reason FROM zones JOIN devices ON devices.id = zones.device_id WHERE connection_id = $1',
      [connectionId],
    );
    expect(zones).toEqual([
      { measured_at: new Date(measuredAt), vendor_can_activate: false, vendor_reason: 'Asleep.' },
    ]);
  });

  it("pauses a connection whose secret is wrong, with the vendor's words, and says it once, as its recovery", async () => {
    await lists([heater('a')]);
    world.vendor.credentialsWork = false;
    for (let times = 0; times < 3; times += 1) await world.discovery.discover(connectionId);
    const status = () =>
      db.query('SELECT status, status_reason FROM connections WHERE id = $1', [connectionId]);
    expect(await status()).toEqual([
      { status: 'NEEDS_REAUTHENTICATION', status_reason: 'The password is wrong.' },
    ]);
    expect(world.logged('connection.away')).toHaveLength(1);
    const codes = await db.query(
      `SELECT code FROM zone_statuses status JOIN zones ON zones.id = status.zone_id JOIN devices ON devices.id = zones.device_id WHERE connection_id = $1`,
      [connectionId],
    );
    expect(codes).toEqual([{ code: 'NEEDS_REAUTHENTICATION' }]);
    expect(await new SyncSchedule(world.db, world.clock).tick()).toBe(0);

    world.vendor.credentialsWork = true;
    for (let times = 0; times < 2; times += 1) await world.discovery.discover(connectionId);
    expect(await status()).toEqual([{ status: 'ACTIVE', status_reason: null }]);
    expect(world.logged('connection.back')).toHaveLength(1);
  });

  it('says once that a vendor is away although its words change', async () => {
    const { connections } = world;
    for (const words of ['request 1 failed', 'request 2 failed', 'request 3 failed']) {
      await connections.noteFailure(connectionId, new VendorUnavailable('503', false, words));
    }
    expect(world.logged('connection.away')).toHaveLength(1);
    const [row] = await db.query('SELECT status, status_reason FROM connections WHERE id = $1', [
      connectionId,
    ]);
    expect(row).toEqual({ status: 'UNAVAILABLE', status_reason: 'request 3 failed' });
  });

  it('does not take a vendor that asks to go slower for one that is away', async () => {
    await world.connections.noteFailure(connectionId, new VendorRateLimited('429', 1_000));
    expect(await db.query('SELECT status FROM connections WHERE id = $1', [connectionId])).toEqual([
      { status: 'ACTIVE' },
    ]);
  });

  it('does not bring back what was removed while the vendor was being asked', async () => {
    await lists([heater('a')]);
    const removing = new ConnectionChanges(world.db);
    const list = world.vendor.list.bind(world.vendor);
    world.vendor.list = async () => {
      await removing.retire({ supplierId, actor: 'test' }, connectionId, world.clock.now());
      return list();
    };
    expect(await world.discovery.discover(connectionId)).toBeUndefined();
    expect((await stored()).map(({ retired }) => retired)).toEqual([true]);
    await world.connections.noteFailure(connectionId, new VendorAuthExpired('401'));
    expect(await db.query('SELECT status FROM connections WHERE id = $1', [connectionId])).toEqual([
      { status: 'DISABLED' },
    ]);
  });

  it('refuses to remove a connection that holds something of ours, and calls off what has not gone out', async () => {
    const active = await world.roomInAction();
    await world.doWhatIsDue();
    await expect(world.connections.remove({ ...active, actor: 'test' }, active.connectionId)).rejects.toThrow(
      'are in actions',
    );
    const planned = await world.roomInAction();
    await world.connections.remove({ ...planned, actor: 'test' }, planned.connectionId);
    await world.doWhatIsDue();
    expect(await world.action(planned.actionId)).toMatchObject({ state: 'CANCELLED' });
  });

  it('becomes due for every connection in one pass, each once', async () => {
    const schedule = new SyncSchedule(world.db, world.clock);
    await world.rows.connection(supplierId, { vendor: 'istabai' });
    await world.rows.connection(supplierId, { vendor: 'a-vendor-of-the-future' });
    expect(await schedule.tick()).toBe(6);
    expect(await schedule.tick()).toBe(0);
    world.clock.advance(minuteMs);
    expect(await schedule.tick()).toBe(2);
  });
});
