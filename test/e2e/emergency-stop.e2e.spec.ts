import { EmergencyStopService } from '@warmshift/action-queue';
import { hourMs } from '@warmshift/domain';
import { StatusRepository, StatusService } from '@warmshift/steerable-status';
import { Installation, type SteeredHeater, type VendorWrite } from '../../bench/installation/installation';

const active = 2_000;
/** Under way when the stop comes: on their way to the vendor, or not gone out yet. */
const starting = 600;
/** What the vendor grants: so low that giving back takes a while. The pacer's burst is that of the manifest, in proportion. */
const requestsPerSecond = 300;
const burst = Math.floor((5 * requestsPerSecond) / 2);
/** What an action's command sets, and no customer of these heaters did. */
const isOurs = ({ what }: VendorWrite) => what.mode === 'manual' && what.temperature === 18;

describe('an emergency stop with 2,000 active actions', () => {
  let installation: Installation;
  let heaters: SteeredHeater[];
  let steeredBefore: Set<string>;
  beforeAll(async () => {
    installation = await Installation.start('postgres', {
      sandboxHeaters: 4 * (active + starting),
      concurrency: 64,
      requestsPerSecond,
    });
    steeredBefore = await installation.steeredNow();
    heaters = await installation.enrol(await installation.heaters(active + starting));
    await installation.startWorker();
  }, 300_000);
  afterAll(() => installation.close(), 60_000);

  it('lets nothing new out after a second, and gives everything back within the rate of the vendor', async () => {
    const startsAt = installation.now();
    const window = { startsAt: () => startsAt, endsAt: startsAt + hourMs };
    const first = await installation.plan(heaters.slice(0, active), window);
    await installation.noneIn(first, 'PLANNED', 'DISPATCHING', 'SENT');
    const states = await installation.states(first);
    expect(states['ACTIVE']).toBeGreaterThan(0.98 * active);
    const second = await installation.plan(heaters.slice(active), window);
    await installation.someIn(second, 'SENT');

    const requestsBefore = await installation.vendorRequests();
    const clock = { now: () => installation.now(), scale: 1, realMs: same, virtualMs: same };
    const statuses = new StatusService(installation.db, new StatusRepository(installation.db), clock);
    const stops = new EmergencyStopService(installation.db, statuses, clock);
    const result = await stops.stop(installation.supplierId, { kind: 'supplier' }, 'grid fault', 'operator');
    const stoppedAt = Date.now();
    expect(result.restoring).toBeGreaterThanOrEqual(states['ACTIVE']!);
    expect(result.cancelled).toBeGreaterThan(0);

    await installation.noneIn(first, 'PLANNED', 'DISPATCHING', 'SENT', 'ACTIVE', 'RESTORING');
    await installation.noneIn(second, 'PLANNED', 'DISPATCHING', 'SENT', 'ACTIVE', 'RESTORING');
    const seconds = (Date.now() - stoppedAt) / 1_000;
    const requests = (await installation.vendorRequests()) - requestsBefore;
    expect(requests).toBeLessThanOrEqual(requestsPerSecond * (seconds + 2) + burst);
    expect(requests).toBeGreaterThan(2 * active);

    const late = (await installation.writes()).filter(
      (write) => isOurs(write) && write.realAt > stoppedAt + 1_000,
    );
    expect(late).toEqual([]);
    const steered = await installation.steeredNow();
    expect(heaters.filter(({ vendorDeviceId: id }) => steered.has(id) && !steeredBefore.has(id))).toEqual([]);
    expect(await installation.states(first)).toEqual({ ...endedOf(states), RESTORED: states['ACTIVE'] });
  }, 240_000);

  it('is in the audit, with who and why, and in the history of every action', async () => {
    const audit = await installation.db.rows(
      `SELECT actor, action, subject, detail->>'reason' AS reason FROM audit`,
    );
    expect(audit).toContainEqual({
      actor: 'operator',
      action: 'emergency-stop',
      subject: `supplier/${installation.supplierId}`,
      reason: 'grid fault',
    });
    const untold = await installation.db.rows(
      `SELECT id FROM actions WHERE state IN ('RESTORED', 'CANCELLED') AND NOT EXISTS (
         SELECT 1 FROM action_history WHERE action_id = actions.id AND code = 'EMERGENCY_STOP')`,
    );
    expect(untold).toEqual([]);
  });
});

const same = (ms: number) => ms;

/** What had ended before the stop stays as it was. */
function endedOf({ ACTIVE: _active, ...ended }: Readonly<Record<string, number>>): Record<string, number> {
  return ended;
}
