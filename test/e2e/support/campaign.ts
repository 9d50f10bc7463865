import { testDatabase, type TestRedis } from '../../support';
import { Evening } from './evening';
import { Installation } from './installation';
import { SecretWatch } from './secret-watch';

/** An evening from the connections to the report. The same for every place where the queue can live. */
export function describeCampaign(queue: 'Postgres' | 'Redis', redis?: TestRedis): void {
  const database = testDatabase();
  let installation: Installation;
  let evening: Evening;
  let watch: SecretWatch;

  beforeAll(async () => {
    installation = new Installation({ database, redisUrl: redis?.url, workers: 2 });
    watch = new SecretWatch(installation, database, redis);
    await watch.start();
    await installation.start();
    evening = new Evening(installation);
    await evening.connect();
    await evening.start();
    await watch.look();
    await evening.finished();
  });
  afterAll(async () => {
    watch.stop();
    await installation.stop();
  });

  it('has every device of the four vendors', async () => {
    const known = (await evening.devices()).map(
      ({ vendor, vendorDeviceId }) => `${vendor}/${vendorDeviceId}`,
    );
    expect(known.sort()).toEqual(await evening.listed());
  });

  it('gives back every device that it steered, within a minute', async () => {
    const actions = await evening.actions();
    const steered = actions.filter(({ state }) => state !== 'SKIPPED');
    expect(steered.length).toBeGreaterThanOrEqual(5);
    expect(steered.filter(({ state }) => state !== 'RESTORED' && state !== 'OVERRIDDEN')).toEqual([]);
    expect(await evening.steeredNow()).toEqual([]);
    expect(await evening.givenBackAfterRealMs()).toBeLessThan(60_000);
  });

  it('writes a report with power delivered in both slots', async () => {
    const report = await installation.admin.get('/admin/v1/occurrences/{id}/report', {
      path: { id: evening.occurrenceId },
    });
    expect(report.slots).toHaveLength(2);
    for (const { acknowledgedKw } of report.slots) expect(acknowledgedKw).toBeGreaterThan(1);
    const actions = await evening.actions();
    expect(Object.values(report.outcomes).reduce((sum, count) => sum + count, 0)).toBe(actions.length);
  });

  it('broke no rule, by the physics of the homes', async () => {
    const judgement = await installation.control.get<{
      cycles: { overThroughSteering: { startsTwin: number; maxCyclesPerDay: number }[] };
      comfort: { minutesBelowFloorThroughSteering: number };
      legionella: { missedThroughSteering: unknown[] };
    }>('/judgement');
    // A pump can have used up its starts by itself before it was connected; no vendor tells us of those.
    const over = judgement.cycles.overThroughSteering.filter((day) => day.startsTwin < day.maxCyclesPerDay);
    expect(over).toEqual([]);
    expect(judgement.comfort.minutesBelowFloorThroughSteering).toBe(0);
    expect(judgement.legionella.missedThroughSteering).toEqual([]);
  });

  it(`shows no secret: not in logs, answers, the outbox, the database or the queue on ${queue}`, async () => {
    await watch.look();
    const secrets = await watch.secrets();
    const places = await watch.places();
    for (const [place, text] of Object.entries(places)) {
      expect([place, text.length > 1_000]).toEqual([place, true]);
      const leaked = Object.entries(secrets).filter(([, value]) => text.includes(value));
      expect([place, leaked.map(([name]) => name)]).toEqual([place, []]);
    }
  });
}
