import * as fc from 'fast-check';
import { hourMs, minuteMs } from '@warmshift/domain';
import { StatusRepository } from '@warmshift/steerable-status';
import { testDatabase } from '../../support';
import { evening, World } from '../../support/world';

describe('the stored status', () => {
  const db = testDatabase();
  let world: World;
  beforeEach(() => {
    world = new World(db);
  });
  afterEach(() => world.close());

  async function readyRoom(columns: Parameters<World['rows']['device']>[2] = {}) {
    const supplierId = await world.rows.supplier();
    const connectionId = await world.rows.connection(supplierId);
    const room = await world.rows.device(supplierId, connectionId, columns);
    return { supplierId, ...room };
  }

  const codes = (zoneId: string) =>
    db
      .query<{ code: string }>('SELECT code FROM status_history WHERE zone_id = $1 ORDER BY id', [zoneId])
      .then((rows) => rows.map(({ code }) => code));

  it('becomes history only when its code changes', async () => {
    const room = await readyRoom();
    for (let times = 0; times < 3; times += 1) await world.statuses.recompute([room.zoneId]);
    expect(await codes(room.zoneId)).toEqual(['READY']);
    world.clock.advance(minuteMs);
    await db.query('UPDATE zones SET online = false WHERE id = $1', [room.zoneId]);
    expect(await world.statuses.recompute([room.zoneId])).toBe(1);
    world.clock.advance(minuteMs);
    expect(await world.statuses.recompute([room.zoneId])).toBe(0);
    await db.query('UPDATE zones SET online = true WHERE id = $1', [room.zoneId]);
    await world.statuses.recompute([room.zoneId]);
    expect(await codes(room.zoneId)).toEqual(['READY', 'OFFLINE', 'READY']);
  });

  it('is never replaced by an older assessment', async () => {
    const room = await readyRoom();
    const statuses = new StatusRepository(world.db);
    const assessed = (code: 'READY' | 'OFFLINE', now: number) => {
      const assessment = { canActivate: code === 'READY', inActive: false, code, reason: code };
      return statuses.store([{ zoneId: room.zoneId, supplierId: room.supplierId, assessment }], now);
    };
    await assessed('READY', evening + 10);
    expect(await assessed('OFFLINE', evening)).toBe(0);
    expect(await codes(room.zoneId)).toEqual(['READY']);
  });

  it('is one row of history when many processes see the same change', async () => {
    const room = await readyRoom();
    await world.statuses.recompute([room.zoneId]);
    await db.query('UPDATE zones SET online = false WHERE id = $1', [room.zoneId]);
    const statuses = new StatusRepository(world.db);
    const assessment = { canActivate: false, inActive: false, code: 'OFFLINE' as const, reason: 'Offline.' };
    const zone = { zoneId: room.zoneId, supplierId: room.supplierId, assessment };
    await Promise.all(Array.from({ length: 8 }, (_, index) => statuses.store([zone], evening + 1 + index)));
    expect(await codes(room.zoneId)).toEqual(['READY', 'OFFLINE']);
  });

  it('is outdated when it is old, when its reason was to go away by now, or when there is none', async () => {
    const none = await readyRoom();
    const fresh = await readyRoom();
    const waiting = await readyRoom({
      zone: { override_quiet_until: new Date(evening + 30_000).toISOString() },
    });
    const outdated = async () => {
      const ids = await new StatusRepository(world.db).outdated(world.clock.now(), minuteMs, 1_000);
      return [none, fresh, waiting].map(({ zoneId }) => ids.includes(zoneId));
    };
    await world.statuses.recompute([fresh.zoneId, waiting.zoneId]);
    expect(await outdated()).toEqual([true, false, false]);
    world.clock.advance(30_000);
    expect(await outdated()).toEqual([true, false, true]);
    world.clock.advance(31_000);
    expect(await outdated()).toEqual([true, true, true]);
    await world.statuses.refresh();
    expect(await outdated()).toEqual([false, false, false]);
  });
});

describe('asking again before sending', () => {
  const db = testDatabase();
  let world: World;
  beforeEach(() => {
    world = new World(db);
  });
  afterEach(() => world.close());

  const ask = async (actionId: string) => {
    const action = await world.action(actionId);
    return (await world.statuses.assessForDispatch(action, world.clock.now())).assessment;
  };

  it.each([
    ['leaves room for the action that took the last one', { observed: 4, reserved: 1, code: 'READY' }],
    ['counts what other actions took', { observed: 4, reserved: 2, code: 'CYCLE_LIMIT' }],
    ['counts what was observed since', { observed: 5, reserved: 1, code: 'CYCLE_LIMIT' }],
  ])('of cycles it %s, keeping three for the device', async (_rule, { observed, reserved, code }) => {
    const { actionId, room, supplierId } = await world.roomInAction({ cycles_reserved: 1 });
    await world.rows.calmDays(supplierId, room.deviceId);
    await world.rows.ledger(supplierId, room.deviceId, '2026-11-24', observed, reserved);
    expect(await ask(actionId)).toMatchObject({ code });
  });

  it('counts cycles of the day on which the action starts, which is not the day of asking at midnight', async () => {
    world.clock.set('2026-11-24T22:55:00Z');
    const startsAt = Date.parse('2026-11-24T23:05:00Z');
    const { actionId, room, supplierId } = await world.roomInAction({
      cycles_reserved: 1,
      cycle_day: '2026-11-25',
      starts_at: new Date(startsAt).toISOString(),
      ends_at: new Date(startsAt + hourMs).toISOString(),
    });
    await world.rows.calmDays(supplierId, room.deviceId);
    await world.rows.ledger(supplierId, room.deviceId, '2026-11-24', 8, 0);
    await world.rows.ledger(supplierId, room.deviceId, '2026-11-25', 0, 1);
    expect(await ask(actionId)).toMatchObject({ code: 'READY' });
  });

  it('is not kept from going out by itself, but by another action of its zone', async () => {
    const { actionId, occurrenceId, room, supplierId, window } = await world.roomInAction({
      state: 'DISPATCHING',
    });
    expect(await ask(actionId)).toMatchObject({ code: 'READY' });
    await world.rows.action(
      supplierId,
      occurrenceId,
      room,
      { ...window, startsAt: window.startsAt + 1 },
      { state: 'ACTIVE' },
    );
    expect(await ask(actionId)).toMatchObject({ code: 'IN_ACTIVE_ACTION' });
  });

  it('says so when the device is gone', async () => {
    const { actionId, room } = await world.roomInAction();
    await db.query('UPDATE devices SET retired_at = now() WHERE id = $1', [room.deviceId]);
    expect(await ask(actionId)).toMatchObject({ canActivate: false, code: 'OFFLINE' });
  });

  it('lets out whatever its status calls ready, and nothing else, for any row of facts', async () => {
    const { actionId, connectionId, room, supplierId } = await world.roomInAction({
      cycles_reserved: 1,
      ends_at: new Date(evening + 15 * minuteMs).toISOString(),
    });
    await world.rows.calmDays(supplierId, room.deviceId);
    const ago = (ms: number | null) => (ms === null ? null : new Date(evening - ms).toISOString());
    const facts = fc.record({
      online: fc.constantFrom(true, true, false, null),
      temperature_c: fc.option(fc.double({ min: 10, max: 28, noNaN: true }), { freq: 8 }),
      setpoint_c: fc.option(fc.double({ min: 14, max: 26, noNaN: true }), { freq: 8 }),
      heating: fc.constantFrom(true, false, null),
      measured_at: fc.option(fc.integer({ min: 0, max: 20 * minuteMs }), { freq: 12 }).map(ago),
      last_action_ended_at: fc.option(fc.integer({ min: 0, max: 4 * hourMs })).map(ago),
      transient_mode: fc.constantFrom(false, false, true, null),
    });
    const day = fc.record({ observed: fc.nat(7), reserved: fc.nat(3) });
    const ready = {
      online: true,
      temperature_c: 20,
      setpoint_c: 21,
      heating: true,
      measured_at: ago(0),
      last_action_ended_at: ago(null),
      transient_mode: false,
    };
    const calm = { observed: 0, reserved: 0 };
    const oneOfEachCode: [typeof ready, typeof calm][] = [
      [ready, calm],
      [{ ...ready, online: false }, calm],
      [{ ...ready, measured_at: ago(20 * minuteMs) }, calm],
      [ready, { observed: 7, reserved: 3 }],
      [{ ...ready, last_action_ended_at: ago(minuteMs) }, calm],
    ];
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(facts, day, async (zone, { observed, reserved }) => {
        const names = Object.keys(zone);
        await db.query(
          `UPDATE zones SET ${names.map((name, index) => `${name} = $${index + 2}`).join(', ')} WHERE id = $1`,
          [room.zoneId, ...Object.values(zone)],
        );
        const ledger = (taken: number) =>
          db
            .query('DELETE FROM cycle_ledger')
            .then(() => world.rows.ledger(supplierId, room.deviceId, '2026-11-24', observed, taken));
        await ledger(reserved);
        await db.query("UPDATE actions SET state = 'RESTORED' WHERE id = $1", [actionId]);
        await world.statuses.recompute([room.zoneId]);
        const [stored] = await db.query<{ code: string }>(
          'SELECT code FROM zone_statuses WHERE zone_id = $1',
          [room.zoneId],
        );
        await ledger(reserved + 1);
        await db.query(
          "UPDATE actions SET state = 'PLANNED', due_at = starts_at, version = version + 1, limit_c = NULL, snapshot = NULL, command = NULL, sent_at = NULL, ended_at = NULL WHERE id = $1",
          [actionId],
        );
        expect(await ask(actionId)).toMatchObject({ code: stored!.code });
        seen.add(stored!.code);
        if (stored!.code !== 'READY') return;
        const device = world.vendor.add(room.vendorDeviceId);
        device.setpointC = zone.setpoint_c ?? zone.temperature_c ?? 21;
        await world.advancer().advance(connectionId);
        expect(await world.action(actionId)).toMatchObject({ state: 'SENT' });
        await db.query('UPDATE zones SET last_action_ended_at = NULL');
      }),
      { numRuns: 60, examples: oneOfEachCode },
    );
    expect([...seen]).toEqual(
      expect.arrayContaining(['READY', 'OFFLINE', 'STALE_DATA', 'CYCLE_LIMIT', 'REST_PERIOD']),
    );
  });
});
