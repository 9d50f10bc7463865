import { hourMs, minuteMs } from '@warmshift/domain';
import { VendorNotFound } from '@warmshift/vendors/contract';
import { testDatabase } from '../../support';
import { World } from '../../support/world';

describe('giving back', () => {
  const db = testDatabase();
  let world: World;
  beforeEach(() => {
    world = new World(db);
  });
  afterEach(() => world.close());

  async function activeAction(columns: Record<string, unknown> = {}) {
    const room = await world.roomInAction(columns);
    await world.doWhatIsDue();
    await world.pass(5_000);
    expect(await world.action(room.actionId)).toMatchObject({ state: 'ACTIVE' });
    return room;
  }

  const stop = (
    { supplierId, connectionId, room }: Awaited<ReturnType<typeof activeAction>>,
    kind: 'supplier' | 'connection' | 'device',
  ) => {
    const scope =
      kind === 'supplier' ? { kind } : { kind, id: kind === 'device' ? room.deviceId : connectionId };
    return world.emergencyStop.stop(supplierId, scope, 'Smoke.', 'operator');
  };

  it.each(['supplier', 'connection', 'device'] as const)(
    'happens at once on an emergency stop of the %s, and nothing new goes out',
    async (kind) => {
      const active = await activeAction();
      const later = { startsAt: world.clock.now() + hourMs, endsAt: world.clock.now() + 2 * hourMs };
      const planned = await world.rows.action(active.supplierId, active.occurrenceId, active.room, later);
      expect(await stop(active, kind)).toEqual({ held: true, restoring: 1, cancelled: 1 });
      await world.doWhatIsDue();
      expect(world.vendor.writesOf(active.room.vendorDeviceId, 'restore')).toHaveLength(1);
      await world.pass(5_000);
      expect(await world.action(active.actionId)).toMatchObject({
        state: 'RESTORED',
        code: 'EMERGENCY_STOP',
      });
      expect(await world.action(planned)).toMatchObject({ state: 'CANCELLED', code: 'EMERGENCY_STOP' });
      expect(active.device.shown()).toBe(21);

      const { occurrenceId } = await world.rows.occurrence(active.supplierId, later);
      const fresh = await world.rows.action(active.supplierId, occurrenceId, active.room, {
        startsAt: world.clock.now(),
        endsAt: later.endsAt,
      });
      await world.doWhatIsDue();
      expect(await world.action(fresh)).toMatchObject({ state: 'SKIPPED', code: 'HELD' });
      expect(
        await db.query("SELECT actor FROM audit WHERE action = 'emergency-stop' AND supplier_id = $1", [
          active.supplierId,
        ]),
      ).toEqual([{ actor: 'operator' }]);
    },
  );

  it('reads before it writes again when the answer was lost, also where what was given back cannot be read', async () => {
    const active = await activeAction();
    // As at a vendor whose neutral order shows as nothing: only that one was sent tells that it is over.
    const restoreFor: typeof world.vendor.steering.restoreFor = ({ lastRestore }, _command, snapshot) =>
      lastRestore !== 'sent'
        ? { kind: 'write', command: snapshot as { setpointC: number } }
        : { kind: 'restored' };
    Object.assign(world.vendor.steering, { restoreFor });
    active.device.answersToLose = 1;
    await stop(active, 'device');
    await world.doWhatIsDue();
    await world.pass(minuteMs);
    expect(await world.action(active.actionId)).toMatchObject({ state: 'RESTORED' });
    expect(world.vendor.writesOf(active.room.vendorDeviceId, 'restore')).toHaveLength(1);
  });

  describe('two zones of a device whose order is one for all of it', () => {
    /** As NOX: every order replaces the one before, and a neutral one shows as nothing. */
    async function pumpInTwoActions() {
      const supplierId = await world.rows.supplier();
      const connectionId = await world.rows.connection(supplierId, { vendor: 'nox' });
      const room = await world.rows.device(supplierId, connectionId, { device: { kind: 'heat_pump' } });
      const tank = {
        ...room,
        kind: 'DHW' as const,
        zoneId: await world.rows.zone(supplierId, room.deviceId, 'DHW'),
      };
      const window = { startsAt: world.clock.now() - hourMs, endsAt: world.clock.now() };
      const { occurrenceId } = await world.rows.occurrence(supplierId, window);
      const active = {
        vendor: 'nox',
        state: 'ACTIVE',
        limit_c: 18,
        snapshot: JSON.stringify({ setpointC: 21 }),
        command: JSON.stringify({ setpointC: 18 }),
        sent_at: new Date(window.startsAt),
        active_at: new Date(window.startsAt),
      };
      const act = (of: typeof tank | typeof room) =>
        world.rows.action(supplierId, occurrenceId, of, window, {
          ...active,
          due_at: new Date(window.endsAt),
        });
      const actionIds = [await act(room), await act(tank)];
      const restoreFor: typeof world.vendor.steering.restoreFor = ({ lastRestore }, _command, snapshot) =>
        lastRestore !== 'sent'
          ? { kind: 'write', command: snapshot as { setpointC: number } }
          : { kind: 'restored' };
      Object.assign(world.vendor.steering, { restoreFor });
      return { room, actionIds, device: world.vendor.add(room.vendorDeviceId) };
    }

    it.each([
      ['once', 0],
      ['once also when the answer was lost', 1],
    ])('are given back by one order, %s', async (_, answersToLose) => {
      const { room, actionIds, device } = await pumpInTwoActions();
      device.answersToLose = answersToLose;
      await world.doWhatIsDue();
      await world.pass(minuteMs);
      for (const actionId of actionIds)
        expect(await world.action(actionId)).toMatchObject({ state: 'RESTORED' });
      expect(world.vendor.writesOf(room.vendorDeviceId, 'restore')).toHaveLength(1);
    });

    it('are given back by two when another command came in between', async () => {
      const { room, actionIds } = await pumpInTwoActions();
      const advancer = world.advancer();
      world.vendor.whenWritten = async () => {
        world.vendor.whenWritten = () => Promise.resolve();
        await db.query('UPDATE actions SET sent_at = $2 WHERE id = $1', [
          actionIds[1],
          new Date(world.clock.now() + 1),
        ]);
      };
      await advancer.advance(actionIds[0]!);
      await world.pass(minuteMs);
      for (const actionId of actionIds)
        expect(await world.action(actionId)).toMatchObject({ state: 'RESTORED' });
      expect(world.vendor.writesOf(room.vendorDeviceId, 'restore')).toHaveLength(2);
    });
  });

  it('writes again soon when nobody answered and the device still shows ours', async () => {
    const active = await activeAction();
    active.device.answersToLose = 1;
    active.device.applies = 'never';
    await stop(active, 'device');
    await world.doWhatIsDue();
    active.device.applies = 0;
    await world.pass(minuteMs);
    expect(await world.action(active.actionId)).toMatchObject({ state: 'RESTORED' });
    expect(active.device.shown()).toBe(21);
    expect(world.vendor.writesOf(active.room.vendorDeviceId, 'restore')).toHaveLength(2);
  });

  it('lets no write out when the stop comes between reading and sending', async () => {
    const planned = await world.roomInAction();
    world.vendor.whenRead = async () => {
      world.vendor.whenRead = () => Promise.resolve();
      await stop(planned, 'device');
    };
    await world.doWhatIsDue();
    await world.pass(minuteMs);
    expect(await world.action(planned.actionId)).toMatchObject({ state: 'CANCELLED' });
    expect(world.vendor.writes).toEqual([]);
  });

  it('happens at once, by the same worker, when the stop comes while the command is on its way', async () => {
    const sending = await world.roomInAction({ cycles_reserved: 1 });
    await world.rows.ledger(sending.supplierId, sending.room.deviceId, '2026-11-24', 0, 1);
    world.vendor.whenWritten = async () => {
      world.vendor.whenWritten = () => Promise.resolve();
      await stop(sending, 'device');
    };
    await world.advancer().advance(sending.connectionId);
    expect(await world.action(sending.actionId)).toMatchObject({
      state: 'RESTORING',
      sentAt: world.clock.now(),
    });
    expect(world.vendor.writes.map(({ purpose }) => purpose)).toEqual(['steer', 'restore']);
    await world.pass(10_000);
    expect(await world.action(sending.actionId)).toMatchObject({ state: 'RESTORED', code: 'EMERGENCY_STOP' });
    expect(
      await db.query('SELECT reserved_starts FROM cycle_ledger WHERE device_id = $1', [
        sending.room.deviceId,
      ]),
    ).toEqual([{ reserved_starts: 1 }]);
  });

  it('still happens when a command that was called off arrives late', async () => {
    const late = await world.roomInAction();
    late.device.applies = 40_000;
    await world.doWhatIsDue();
    await world.pass(5_000);
    await stop(late, 'device');
    await world.pass(20_000);
    expect(await world.action(late.actionId)).toMatchObject({ state: 'RESTORING' });
    late.device.applies = 0;
    await world.pass(minuteMs);
    expect(world.vendor.writesOf(late.room.vendorDeviceId, 'restore')).toHaveLength(1);
    expect(late.device.shown()).toBe(21);
    expect(await world.action(late.actionId)).toMatchObject({ state: 'RESTORED' });
  });

  it('still happens when a command arrives after its window', async () => {
    const late = await world.roomInAction({}, 5 * minuteMs);
    late.device.applies = 90_000;
    world.clock.advance(4 * minuteMs);
    await world.doWhatIsDue();
    await world.pass(80_000);
    expect((await world.action(late.actionId)).state).toBe('RESTORING');
    late.device.applies = 0;
    await world.pass(minuteMs);
    expect(await world.action(late.actionId)).toMatchObject({ state: 'RESTORED' });
    expect(late.device.shown()).toBe(21);
  });

  it('ends as not applied when nothing ever arrived', async () => {
    const lost = await world.roomInAction({}, 2 * minuteMs);
    lost.device.applies = 'never';
    await world.doWhatIsDue();
    await world.pass(10 * minuteMs);
    expect(await world.action(lost.actionId)).toMatchObject({ state: 'FAILED', code: 'NOT_APPLIED' });
  });

  it('leaves a device alone that the customer changed', async () => {
    const { actionId, device, room } = await activeAction();
    device.override(23);
    await world.pass(6 * minuteMs, minuteMs);
    expect(await world.action(actionId)).toMatchObject({ state: 'OVERRIDDEN', code: 'USER_OVERRIDE' });
    expect(device.shown()).toBe(23);
    expect(world.vendor.writesOf(room.vendorDeviceId, 'restore')).toEqual([]);
    const [zone] = await db.query<{ quiet: boolean }>(
      'SELECT override_quiet_until > $2 AS quiet FROM zones WHERE id = $1',
      [room.zoneId, new Date(world.clock.now())],
    );
    expect(zone).toEqual({ quiet: true });
  });

  it('is tried with pauses of 15 s at most while the vendor is down, and done after its recovery', async () => {
    const { actionId, device, room } = await activeAction();
    world.vendor.down = true;
    await world.pass(hourMs - 10_000, minuteMs);
    let longestMs = 0;
    for (let second = 0; second < 120; second += 1) {
      await world.pass(1_000, 1_000);
      longestMs = Math.max(longestMs, (await world.action(actionId)).dueAt! - world.clock.now());
    }
    expect(longestMs).toBeLessThanOrEqual(15_000);
    expect(longestMs).toBeGreaterThan(8_000);
    world.vendor.down = false;
    await world.pass(30_000, 1_000);
    expect(await world.action(actionId)).toMatchObject({ state: 'RESTORED' });
    expect(device.shown()).toBe(21);
    expect(world.vendor.writesOf(room.vendorDeviceId, 'restore')).toHaveLength(1);
    const putOff = (await world.history(actionId)).filter(({ event }) => event === 'put_off');
    expect(putOff.length).toBeLessThan(5);
  });

  it('comes at the end of the window although the vendor asked to wait for longer', async () => {
    const { actionId, device } = await activeAction();
    await db.query('UPDATE actions SET due_at = $2 WHERE id = $1', [actionId, new Date(world.clock.now())]);
    const { dueAt, endsAt } = await world.action(actionId).then(async (action) => {
      await world.actions.putOff(action, world.clock.now() + 3 * hourMs, 'Retry-After', world.clock.now());
      return world.action(actionId);
    });
    expect(dueAt).toBe(endsAt);
    await world.pass(hourMs + minuteMs, minuteMs);
    expect(device.shown()).toBe(21);
  });

  it('waits for new credentials, of which an operator hears once', async () => {
    const { actionId, connectionId, device, supplierId } = await activeAction();
    world.vendor.credentialsWork = false;
    await world.pass(hourMs + 10 * minuteMs, minuteMs);
    const [paused] = await db.query('SELECT status, status_reason FROM connections WHERE id = $1', [
      connectionId,
    ]);
    expect(paused).toEqual({ status: 'NEEDS_REAUTHENTICATION', status_reason: 'The password is wrong.' });
    expect(world.logged('connection.away')).toHaveLength(1);
    expect((await world.action(actionId)).state).toBe('RESTORING');

    world.vendor.credentialsWork = true;
    const credentials = { clientId: 'a', clientSecret: 'b' };
    await world.connections.reauthenticate({ supplierId, actor: 'test' }, connectionId, { credentials });
    await world.pass(minuteMs);
    expect(await world.action(actionId)).toMatchObject({ state: 'RESTORED' });
    expect(device.shown()).toBe(21);
    expect(await db.query('SELECT status FROM connections WHERE id = $1', [connectionId])).toEqual([
      { status: 'ACTIVE' },
    ]);
    expect(world.logged('connection.back')).toHaveLength(1);
  });

  it('does not pause a connection for an answer to credentials that were replaced meanwhile', async () => {
    const { actionId, connectionId } = await activeAction();
    world.vendor.credentialsWork = false;
    await world.pass(6 * minuteMs, minuteMs);
    world.vendor.whenRead = async () => {
      world.clock.advance(1_000);
      await world.connections.noteHealthy(connectionId);
    };
    await world.pass(minuteMs);
    expect((await world.action(actionId)).state).toBe('ACTIVE');
    expect(await db.query('SELECT status FROM connections WHERE id = $1', [connectionId])).toEqual([
      { status: 'ACTIVE' },
    ]);
  });

  it('gives a device up only after many misses in a row', async () => {
    const { actionId, device } = await activeAction();
    device.gone = true;
    await world.pass(hourMs + 20_000);
    device.gone = false;
    await world.pass(30_000);
    expect(await world.action(actionId)).toMatchObject({ state: 'RESTORED' });

    const other = await activeAction();
    other.device.gone = true;
    await world.pass(hourMs + 5 * minuteMs);
    expect(await world.action(other.actionId)).toMatchObject({ state: 'FAILED', code: 'DEVICE_GONE' });
    expect(
      (await world.history(other.actionId)).filter(({ event }) => event === 'device_missing'),
    ).toHaveLength(9);
  });

  it('does not count outages as misses', async () => {
    const { actionId, device } = await activeAction();
    world.vendor.down = true;
    await world.pass(hourMs + 5 * minuteMs, 15_000);
    world.vendor.down = false;
    let misses = 0;
    world.vendor.whenRead = () => {
      misses += 1;
      return misses > 3 ? Promise.resolve() : Promise.reject(new VendorNotFound('404'));
    };
    await world.pass(2 * minuteMs);
    expect(await world.action(actionId)).toMatchObject({ state: 'RESTORED' });
    expect(device.shown()).toBe(21);
  });
});
