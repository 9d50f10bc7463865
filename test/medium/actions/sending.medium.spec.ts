import { hourMs, minuteMs } from '@warmshift/domain';
import { testDatabase } from '../../support';
import { World } from '../../support/world';

describe('sending an action', () => {
  const db = testDatabase();
  let world: World;
  beforeEach(() => {
    world = new World(db);
  });
  afterEach(() => world.close());

  it('has its snapshot committed when the first write reaches the vendor, ends ACTIVE and is given back', async () => {
    const { actionId, device, room } = await world.roomInAction();
    const seen: unknown[] = [];
    world.vendor.whenWritten = async () => {
      seen.push(
        ...(await db.query('SELECT state, snapshot, command FROM actions WHERE id = $1', [actionId])),
      );
    };
    await world.doWhatIsDue();
    expect(seen).toEqual([{ state: 'DISPATCHING', snapshot: { setpointC: 21 }, command: { setpointC: 18 } }]);
    expect(await world.action(actionId)).toMatchObject({ state: 'SENT' });
    await world.pass(10_000);
    expect(await world.action(actionId)).toMatchObject({ state: 'ACTIVE' });
    await world.pass(hourMs + minuteMs, minuteMs);
    expect(await world.action(actionId)).toMatchObject({ state: 'RESTORED', dueAt: undefined });
    expect(device.shown()).toBe(21);
    expect(world.vendor.writesOf(room.vendorDeviceId, 'steer')).toHaveLength(1);
    expect(world.vendor.writesOf(room.vendorDeviceId, 'restore')).toHaveLength(1);
  });

  it('reads back after a lost answer and does not send again what was applied', async () => {
    const { actionId, device, room } = await world.roomInAction();
    device.answersToLose = 1;
    await world.doWhatIsDue();
    expect(await world.action(actionId)).toMatchObject({ state: 'SENT' });
    await world.pass(5 * minuteMs);
    expect(await world.action(actionId)).toMatchObject({ state: 'ACTIVE' });
    expect(world.vendor.writesOf(room.vendorDeviceId, 'steer')).toHaveLength(1);
  });

  it('sends again only when the time to wait is over and a read-back says not applied, at most three times', async () => {
    const { actionId, device, room } = await world.roomInAction();
    device.applies = 'never';
    await world.doWhatIsDue();
    await world.pass(110_000);
    expect(world.vendor.writesOf(room.vendorDeviceId, 'steer')).toHaveLength(1);
    await world.pass(20 * minuteMs);
    const sent = world.vendor.writesOf(room.vendorDeviceId, 'steer');
    expect(sent).toHaveLength(3);
    expect(sent[1]!.at - sent[0]!.at).toBeGreaterThanOrEqual(2 * minuteMs);
    expect(await world.action(actionId)).toMatchObject({ state: 'FAILED', code: 'NOT_APPLIED' });
  });

  it('goes out late and shortened when nobody came in time', async () => {
    const { actionId, room } = await world.roomInAction();
    world.clock.advance(40 * minuteMs);
    await world.rows.refreshReadings();
    await world.doWhatIsDue();
    await world.pass(10_000);
    expect(await world.action(actionId)).toMatchObject({ state: 'ACTIVE' });
    await world.pass(21 * minuteMs, minuteMs);
    expect(await world.action(actionId)).toMatchObject({ state: 'RESTORED' });
    expect(world.vendor.writesOf(room.vendorDeviceId, 'steer')).toHaveLength(1);
  });

  it('is skipped once its window has passed', async () => {
    const { actionId } = await world.roomInAction();
    world.clock.advance(hourMs);
    await world.doWhatIsDue();
    expect(await world.action(actionId)).toMatchObject({ state: 'SKIPPED', code: 'WINDOW_PASSED' });
    expect(world.vendor.writes).toEqual([]);
  });

  it('does not write when the window ended while the vendor was being read', async () => {
    const { actionId } = await world.roomInAction({}, 20 * minuteMs);
    world.vendor.whenRead = () => Promise.resolve(world.clock.advance(21 * minuteMs));
    await world.doWhatIsDue();
    world.vendor.whenRead = () => Promise.resolve();
    await world.doWhatIsDue();
    expect(await world.action(actionId)).toMatchObject({ state: 'SKIPPED', code: 'WINDOW_PASSED' });
    expect(world.vendor.writes).toEqual([]);
  });

  it('takes up by reading when a worker died between the snapshot and the answer', async () => {
    const { actionId, room } = await world.roomInAction();
    const died = new Error('killed');
    world.vendor.whenWritten = () => Promise.reject(died);
    await world.doWhatIsDue();
    expect(await world.action(actionId)).toMatchObject({ state: 'DISPATCHING', snapshot: { setpointC: 21 } });
    world.vendor.whenWritten = () => Promise.resolve();
    const readsBefore = world.vendor.reads;
    world.clock.advance(2 * minuteMs);
    world.vendor.whenWritten = () => {
      expect(world.vendor.reads).toBe(readsBefore + 1);
      return Promise.resolve();
    };
    await world.doWhatIsDue();
    await world.pass(10_000);
    expect(await world.action(actionId)).toMatchObject({ state: 'ACTIVE' });
    expect(world.vendor.writesOf(room.vendorDeviceId, 'steer')).toHaveLength(1);
  });

  it('asks the rules again before it takes up what was interrupted', async () => {
    const { actionId, room, supplierId } = await world.roomInAction({ cycles_reserved: 1 });
    await world.rows.ledger(supplierId, room.deviceId, '2026-11-24', 1, 1);
    world.vendor.whenWritten = () => Promise.reject(new Error('killed'));
    await world.doWhatIsDue();
    world.vendor.whenWritten = () => Promise.resolve();
    await db.query('UPDATE sites SET opted_out_at = now() WHERE id = $1', [room.siteId]);
    await world.pass(10 * minuteMs);
    expect(await world.action(actionId)).toMatchObject({ state: 'FAILED', code: 'CUSTOMER_OPT_OUT' });
    expect(world.vendor.writes).toEqual([]);
    expect(
      await db.query('SELECT reserved_starts FROM cycle_ledger WHERE device_id = $1', [room.deviceId]),
    ).toEqual([{ reserved_starts: 0 }]);
  });

  it('waits for a device that is offline and then goes out', async () => {
    const { actionId, device } = await world.roomInAction();
    device.offline = true;
    await world.doWhatIsDue();
    await world.pass(3 * minuteMs);
    expect(await world.action(actionId)).toMatchObject({ state: 'PLANNED' });
    device.offline = false;
    await world.pass(minuteMs);
    expect(await world.action(actionId)).toMatchObject({ state: 'ACTIVE' });
  });

  it('takes its time after a 429 and sends once', async () => {
    const { actionId, device, room } = await world.roomInAction();
    device.slowDowns = 3;
    await world.doWhatIsDue();
    await world.pass(minuteMs, 1_000);
    expect(await world.action(actionId)).toMatchObject({ state: 'ACTIVE' });
    expect(world.vendor.writesOf(room.vendorDeviceId, 'steer')).toHaveLength(1);
  });

  it.each([
    ['gives its cycle back when it never went out', { down: true, left: 0 }],
    ['keeps its cycle when it was applied', { down: false, left: 1 }],
  ])('%s', async (_rule, { down, left }) => {
    const { room, supplierId, actionId } = await world.roomInAction({ cycles_reserved: 1 });
    await world.rows.ledger(supplierId, room.deviceId, '2026-11-24', 2, 1);
    world.vendor.down = down;
    await world.doWhatIsDue();
    await world.pass(hourMs + minuteMs, minuteMs);
    expect((await world.action(actionId)).state).toBe(down ? 'SKIPPED' : 'RESTORED');
    expect(
      await db.query('SELECT reserved_starts FROM cycle_ledger WHERE device_id = $1', [room.deviceId]),
    ).toEqual([{ reserved_starts: left }]);
  });
});
