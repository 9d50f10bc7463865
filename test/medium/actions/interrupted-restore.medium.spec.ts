import { hourMs, minuteMs, slotMs } from '@warmshift/domain';
import { VendorRateLimited, type Steering } from '@warmshift/vendors/contract';
import { closeVendorHttp } from '@warmshift/vendors/kit';
import { nox } from '@warmshift/vendors/nox';
import { inMemoryContext } from '../../../libs/vendors/contract/testing/in-memory-context';
import { testDatabase } from '../../support';
import { eventually } from '../../support/eventually';
import { World } from '../../support/world';
import { SandboxProcess, type SandboxConnection } from '../vendors/sandbox-process';

const startsAt = Date.UTC(2026, 0, 15, 16);
/** Longer than a pool needs to connect anew. */
const awayRealMs = 1_500;

type Moment = 'sending' | 'answered';

interface SandboxWrite {
  readonly vendorDeviceId: string;
  readonly call: string;
}

/** NOX does not show what was written: whether a restore arrived has to be known. Its cloud is the sandbox's. */
describe('a restore that is interrupted between sending and storing', () => {
  const db = testDatabase();
  let sandbox: SandboxProcess;
  let world: World;
  let steering: Steering;
  let supplierId: string;
  let connectionId: string;
  let devices: { deviceId: string; vendorDeviceId: string; siteId: string; zoneId: string }[];
  /** Runs before a restore goes to NOX, and when NOX has answered it, before anybody hears of that. */
  let interrupt: (moment: Moment) => Promise<void>;

  beforeAll(async () => {
    const others = ['heatingcontrol', 'istabai', 'microclimates'].flatMap((name) => [`--${name}`, '0']);
    sandbox = await SandboxProcess.start(
      ['--manual-clock', '--seed', '1', '--warm-up-h', '24', '--nox', '20', ...others],
      {
        CLOCK_VIRTUAL_START: new Date(startsAt).toISOString(),
        CLOCK_REAL_START: new Date().toISOString(),
        CLOCK_SCALE: '1',
      },
    );
    const connections = await sandbox.get<SandboxConnection[]>('/connections');
    const { baseUrl, credentials } = connections.find(({ vendor }) => vendor === 'nox')!;
    world = new World(db);
    world.clock.set(startsAt);
    supplierId = await world.rows.supplier();
    connectionId = await world.rows.connection(supplierId, { vendor: 'nox', base_url: baseUrl });
    const context = inMemoryContext({ baseUrl, credentials });
    const adapter = nox.create({ ...context, clock: world.clock });
    const real = adapter.steering!;
    steering = {
      ...real,
      send: async (device, command, purpose) => {
        if (purpose === 'restore') await interrupt('sending');
        const receipt = await real.send(device, command, purpose);
        if (purpose === 'restore') await interrupt('answered');
        return receipt;
      },
    };
    const scripted = world.vendors.open;
    world.vendors.open = async (id) => {
      const open = await scripted(id);
      return open && { ...open, adapter: { ...adapter, list: () => adapter.list(), steering } };
    };
    await world.discovery.discover(connectionId);
    devices = await db.query(
      `SELECT device.id AS "deviceId", vendor_device_id AS "vendorDeviceId", site_id AS "siteId", zone.id AS "zoneId"
       FROM devices device JOIN zones zone ON zone.device_id = device.id AND zone.kind = 'room' ORDER BY 2`,
    );
  }, 120_000);
  beforeEach(() => {
    interrupt = () => Promise.resolve();
  });
  afterAll(async () => {
    await world.close();
    await closeVendorHttp();
    await sandbox.stop();
  });

  const move = async (durationMs: number): Promise<void> => {
    world.clock.advance(durationMs);
    await sandbox.post('/clock', { advanceMs: durationMs });
  };

  /** A room that NOX steers for the next hour, from the coming quarter on. */
  async function activeAction() {
    await move(slotMs - (world.clock.now() % slotMs) - minuteMs);
    const window = { startsAt: world.clock.now() + minuteMs, endsAt: world.clock.now() + minuteMs + hourMs };
    const intent = { zone: 'room', direction: 'decrease', span: window } as const;
    for (let device = devices.pop(); device !== undefined; device = devices.pop()) {
      const ref = { vendorDeviceId: device.vendorDeviceId, kind: 'heat_pump' } as const;
      const snapshot = await steering.readState(ref, 'steer');
      const wanted = { ...intent, actionId: 'a', limitC: 18, deviceSpans: [intent] };
      const decision = steering.commandFor(wanted, snapshot, world.clock.now());
      if (decision.kind !== 'command') continue;
      await steering.send(ref, decision.command, 'steer');
      const { occurrenceId } = await world.rows.occurrence(supplierId, window);
      const room = { ...device, connectionId, kind: 'room' as const };
      const sentAt = new Date(world.clock.now());
      const actionId = await world.rows.action(supplierId, occurrenceId, room, window, {
        vendor: 'nox',
        state: 'ACTIVE',
        limit_c: 18,
        snapshot: JSON.stringify(snapshot),
        command: JSON.stringify(decision.command),
        sent_at: sentAt,
        active_at: sentAt,
        due_at: new Date(window.endsAt),
      });
      return { actionId, ...device, window };
    }
    throw new Error('no heat pump takes a command');
  }

  const restoresOf = async ({ vendorDeviceId }: { vendorDeviceId: string }): Promise<number> => {
    const { writes } = await sandbox.get<{ writes: SandboxWrite[] }>('/writes');
    return writes.filter((write) => write.vendorDeviceId === vendorDeviceId).length - 1;
  };

  const takeUp = async (minutes: number): Promise<void> => {
    for (let minute = 0; minute < minutes; minute += 1) {
      await move(minuteMs);
      await world.doWhatIsDue();
    }
  };

  /** The worker is gone for good: it never goes on, and its lease has run out. */
  async function dieWhen(moment: Moment, { deviceId }: { deviceId: string }): Promise<void> {
    await new Promise<void>((resolve) => {
      interrupt = (reached) => {
        if (reached !== moment) return Promise.resolve();
        resolve();
        return new Promise<never>(() => undefined);
      };
      void world.advancer().advance(connectionId);
    });
    interrupt = () => Promise.resolve();
    await db.query('DELETE FROM device_leases WHERE device_id = $1', [deviceId]);
  }

  const stop = ({ deviceId }: { deviceId: string }) =>
    world.emergencyStop.stop(supplierId, { kind: 'device', id: deviceId }, 'Smoke.', 'operator');

  it('goes out once when Postgres is away meanwhile', async () => {
    const action = await activeAction();
    const open = (isOpen: boolean) =>
      db.query('UPDATE pg_database SET datallowconn = $1 WHERE datname = current_database()', [isOpen]);
    interrupt = async (moment) => {
      if (moment !== 'answered') return;
      interrupt = () => Promise.resolve();
      await open(false);
      await db.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()`);
      setTimeout(() => void open(true), awayRealMs);
    };
    await move(action.window.endsAt - world.clock.now());
    await world.doWhatIsDue().catch(() => undefined);
    await eventually(() => world.action(action.actionId));
    await db.query('DELETE FROM device_leases WHERE device_id = $1', [action.deviceId]);
    await takeUp(5);
    expect(await world.action(action.actionId)).toMatchObject({ state: 'RESTORED' });
    expect(await restoresOf(action)).toBe(1);
  });

  it('goes out once when the worker died and NOX shows, by the time somebody looks, that it arrived', async () => {
    const action = await activeAction();
    await move(10 * minuteMs);
    await stop(action);
    await dieWhen('answered', action);
    await move(slotMs);
    await takeUp(15);
    expect(await world.action(action.actionId)).toMatchObject({ state: 'RESTORED', code: 'EMERGENCY_STOP' });
    expect(await restoresOf(action)).toBe(1);
  });

  it('goes out when the worker died before it had sent anything', async () => {
    const action = await activeAction();
    await move(10 * minuteMs);
    await stop(action);
    await dieWhen('sending', action);
    await takeUp(30);
    expect(await world.action(action.actionId)).toMatchObject({ state: 'RESTORED', code: 'EMERGENCY_STOP' });
    expect(await restoresOf(action)).toBe(1);
  });

  it.each<[Moment, number]>([
    ['sending', 1],
    ['answered', 2],
  ])(
    'goes out once more, and that is told, when the worker died %s after the last quarter: NOX shows nothing then',
    async (moment, writes) => {
      const action = await activeAction();
      await move(action.window.endsAt - world.clock.now());
      await dieWhen(moment, action);
      await takeUp(5);
      expect(await world.action(action.actionId)).toMatchObject({ state: 'RESTORED' });
      expect(await restoresOf(action)).toBe(writes);
      const sent = (await world.history(action.actionId)).filter(({ event }) => event === 'restore_sent');
      expect(sent.map(({ cause }) => cause)).toEqual([
        'The vendor answered: accepted. Sent once more: nobody knows whether the one before arrived.',
      ]);
    },
  );

  it('is not in doubt after an answer that nothing was taken', async () => {
    const action = await activeAction();
    interrupt = () => Promise.reject(new VendorRateLimited('429', 1_000));
    await move(action.window.endsAt - world.clock.now());
    await world.doWhatIsDue();
    expect(await world.action(action.actionId)).toMatchObject({
      state: 'RESTORING',
      restoreTriedAt: undefined,
    });
    interrupt = () => Promise.resolve();
    await takeUp(5);
    expect(await world.action(action.actionId)).toMatchObject({ state: 'RESTORED' });
    expect(await restoresOf(action)).toBe(1);
    expect((await world.history(action.actionId)).map(({ event }) => event)).not.toContain('restore_tried');
  });
});
