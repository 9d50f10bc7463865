import { dayMs, hourMs, minuteMs } from '@warmshift/domain';
import { closeVendorHttp } from '@warmshift/vendors/kit';
import { nox } from '@warmshift/vendors/nox';
import { inMemoryContext } from '../../../libs/vendors/contract/testing/in-memory-context';
import { ConnectionsRepository } from '../../../libs/fleet-sync/src/connections/connections.repository';
import { FleetRepository } from '../../../libs/fleet-sync/src/discovery/fleet.repository';
import { IngestService } from '../../../libs/fleet-sync/src/readings/ingest.service';
import { ReadService } from '../../../libs/fleet-sync/src/readings/read.service';
import { ReadingPartitions } from '@warmshift/db';
import { testDatabase } from '../../support';
import { CampaignWorld } from '../../support/world';
import { SandboxProcess, type SandboxConnection } from '../vendors/sandbox-process';

const startsAt = Date.UTC(2026, 0, 15, 16);
const stepMs = 5 * minuteMs;

interface Judgement {
  readonly legionella: { readonly gainedThroughSteering: readonly { readonly vendorDeviceId: string }[] };
  readonly steeredNow: readonly unknown[];
}

const db = testDatabase();
let sandbox: SandboxProcess;
let world: CampaignWorld;
let supplierId: string;
let connectionId: string;
let reads: ReadService;

beforeAll(async () => {
  const others = ['heatingcontrol', 'istabai', 'microclimates'].flatMap((name) => [`--${name}`, '0']);
  sandbox = await SandboxProcess.start(
    ['--manual-clock', '--seed', '1', '--warm-up-h', '24', '--nox', '120', ...others],
    {
      CLOCK_VIRTUAL_START: new Date(startsAt).toISOString(),
      CLOCK_REAL_START: new Date().toISOString(),
      CLOCK_SCALE: '1',
    },
  );
  const connections = await sandbox.get<SandboxConnection[]>('/connections');
  const { baseUrl, credentials } = connections.find(({ vendor }) => vendor === 'nox')!;
  world = new CampaignWorld(db);
  world.clock.set(startsAt);
  supplierId = await world.rows.supplier();
  connectionId = await world.rows.connection(supplierId, { vendor: 'nox', base_url: baseUrl });
  const context = inMemoryContext({ baseUrl, credentials });
  const adapter = nox.create({ ...context, clock: world.clock });
  const scripted = world.vendors.open;
  world.vendors.open = async (id) => {
    const open = await scripted(id);
    return open && { ...open, adapter };
  };
  reads = new ReadService({
    vendors: world.vendors,
    connections: new ConnectionsRepository(world.db),
    health: world.connections,
    fleet: new FleetRepository(world.db),
    ingest: new IngestService(world.db, new ReadingPartitions(world.db), world.clock),
    statuses: world.statuses,
    clock: world.clock,
    logger: world.logger,
  });
}, 120_000);
afterAll(async () => {
  await world.close();
  await closeVendorHttp();
  await sandbox.stop();
});

/** All tanks as if nothing had been seen of them for nine days, of heat pumps that are known to start seldom. */
async function overdueTanks(): Promise<number> {
  await world.discovery.discover(connectionId);
  const enrolledAt = new Date(startsAt - 9 * dayMs);
  await db.query(`UPDATE legionella_ledger SET enrolled_at = $1`, [enrolledAt]);
  await db.query('UPDATE devices SET first_seen_at = $1', [enrolledAt]);
  const devices = await db.query<{ id: string }>('SELECT id FROM devices WHERE retired_at IS NULL');
  for (const { id } of devices) await world.rows.calmDays(supplierId, id);
  return devices.length;
}

async function step(): Promise<void> {
  await sandbox.post('/clock', { advanceMs: stepMs });
  world.clock.advance(stepMs);
  const inQuarterMs = world.clock.now() % (15 * minuteMs);
  if (inQuarterMs === stepMs) await reads.read(connectionId, 'idle');
  await world.disinfections.tick();
  await world.doWhatIsDue();
}

const judge = () => {
  const to = new Date(world.clock.now()).toISOString();
  return sandbox.get<Judgement>(`/judgement?from=${new Date(startsAt).toISOString()}&to=${to}`);
};

describe('an overdue tank at the NOX sandbox', () => {
  it('is disinfected by our run, says the sandbox, and given back', async () => {
    expect(await overdueTanks()).toBeGreaterThan(5);
    await reads.read(connectionId, 'idle');
    let gained: Judgement['legionella']['gainedThroughSteering'] = [];
    while (gained.length === 0 && world.clock.now() < startsAt + 2 * dayMs) {
      await step();
      gained = (await judge()).legionella.gainedThroughSteering;
    }
    expect(gained).not.toEqual([]);
    // Readings come every quarter of an hour, and the action has to be given back.
    const until = world.clock.now() + hourMs;
    while (world.clock.now() < until) await step();
    const [tank] = await db.query<{ id: string; last_completed_at: Date | null }>(
      `SELECT device.id, ledger.last_completed_at FROM devices device
       JOIN zones zone ON zone.device_id = device.id AND zone.kind = 'DHW'
       JOIN legionella_ledger ledger ON ledger.zone_id = zone.id
       WHERE device.vendor_device_id = $1`,
      [gained[0]!.vendorDeviceId],
    );
    expect(tank!.last_completed_at!.getTime()).toBeGreaterThan(startsAt);
    const { state, evidence } = await world.legionella.report(supplierId, tank!.id);
    expect(state).not.toBe('overdue');
    expect(evidence.runs).toHaveLength(1);
    expect((await judge()).legionella.gainedThroughSteering).toContainEqual(gained[0]);
    const actions = await db.query<{ state: string; purpose: string }>(
      'SELECT state, purpose FROM actions WHERE device_id = $1 AND sent_at IS NOT NULL',
      [tank!.id],
    );
    expect(actions).toEqual([{ state: 'RESTORED', purpose: 'disinfection' }]);
    const open = await db.query(`SELECT id FROM actions WHERE ended_at IS NULL AND starts_at < $1`, [
      new Date(world.clock.now() - 2 * hourMs),
    ]);
    expect(open).toEqual([]);
  }, 300_000);
});
