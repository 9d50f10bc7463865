import { eventually, testDatabase } from '../support';
import { Evening } from './support/evening';
import { Installation } from './support/installation';

jest.setTimeout(400_000);

const database = testDatabase();
const installation = new Installation({ database });
const evening = new Evening(installation);

beforeAll(async () => {
  await installation.start();
  await evening.connect();
  await evening.start();
});
afterAll(() => installation.stop());

const openStates = `('PLANNED', 'DISPATCHING', 'SENT', 'ACTIVE', 'RESTORING')`;
const ends = ['RESTORED', 'OVERRIDDEN', 'SKIPPED'];
const open = () => database.query(`SELECT id FROM actions WHERE state IN ${openStates}`);
const lastReadAt = async () =>
  (
    await database.query<{ at: Date | null }>('SELECT max(last_read_at) AS at FROM connections')
  )[0]?.at?.getTime() ?? 0;

describe('a campaign whose processes are killed with kill -9', () => {
  it('goes on without the api', async () => {
    await installation.api.kill();
    const killedAt = installation.clock.now();
    await eventually(async () => (await lastReadAt()) > killedAt, { timeoutMs: 30_000 });
  });

  it('gives everything back within 60 s of a new worker', async () => {
    await installation.workers[0]?.kill();
    await evening.windowIsOver();
    expect(await evening.steeredNow()).not.toEqual([]);
    expect(await open()).not.toEqual([]);

    const restartedAt = Date.now();
    await installation.startWorker();
    await eventually(async () => (await evening.steeredNow()).length === 0 && (await open()).length === 0, {
      timeoutMs: 90_000,
    });
    expect(Date.now() - restartedAt).toBeLessThan(60_000);
  });

  it('has its report once the api is back', async () => {
    await installation.startApi();
    await evening.finished();
    const actions = await evening.actions();
    // Those that were sent when the worker died and never seen on the device have failed, and say so.
    const notEnded = actions.filter(
      ({ activeAt, state }) => !ends.includes(state) && !(state === 'FAILED' && activeAt === undefined),
    );
    expect(notEnded).toEqual([]);
    expect(actions.map(({ state }) => state)).toContain('RESTORED');
  });
});
