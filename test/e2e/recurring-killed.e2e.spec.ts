import { setTimeout as delay } from 'node:timers/promises';
import { dayMs } from '@warmshift/domain';
import { seededRandom } from '../../bench/seeded-random';
import { eventually, testDatabase } from '../support';
import { Installation } from './support/installation';

jest.setTimeout(400_000);

const database = testDatabase();
/** A day takes 6 s, and the clocks in Brussels go forward on the way. */
const installation = new Installation({
  database,
  workers: 2,
  scale: 14_400,
  startsAt: '2026-03-21T12:00:00Z',
  homes: { heatingcontrol: 0, istabai: 0, nox: 2, microclimates: 0 },
});
const random = seededRandom(7);
const campaigns = 60;
const kills = 6;
const daysAhead = 7;

/** Of every campaign its occurrences in order, as `2026-03-28 16:00` in UTC. */
async function windows(): Promise<string[][]> {
  const rows = await database.query<{ starts: string[] }>(
    `SELECT array_agg(to_char(starts_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') ORDER BY starts_at) AS starts
     FROM occurrences GROUP BY campaign_id`,
  );
  return rows.map(({ starts }) => starts);
}

/** 17:00 in Brussels, an hour earlier by UTC from 29 March on. */
const expectedWindows = (days: number) =>
  Array.from({ length: days }, (_, index) => {
    const day = new Date(Date.UTC(2026, 2, 27 + index)).toISOString().slice(0, 10);
    return `${day} ${day < '2026-03-29' ? '16:00' : '15:00'}`;
  });

/** How far the calendar has come; more than one day when it is half-way through the campaigns. */
async function isHalfWay(): Promise<boolean> {
  return (await database.query('SELECT DISTINCT created_through FROM campaigns')).length > 1;
}

/** A moment of the attack, not a wait. */
const soon = () => delay(random() * 300);

beforeAll(async () => {
  await installation.start();
  const nox = (await installation.vendors()).find(({ vendor }) => vendor === 'nox')!;
  await installation.admin.post('/admin/v1/connections', { body: { name: 'NOX fleet', ...nox } });
  await eventually(async () => (await database.query('SELECT 1 FROM zones')).length > 0);
  for (let index = 0; index < campaigns; index += 1)
    await installation.admin.post('/admin/v1/campaigns', {
      body: {
        name: `Evening peak ${index}`,
        direction: 'decrease',
        recurrence: {
          timeZone: 'Europe/Brussels',
          weekdays: [1, 2, 3, 4, 5, 6, 7],
          startsAt: '17:00',
          durationMinutes: 60,
          from: '2026-03-27',
          until: '2026-12-31',
        },
      },
    });
});
afterAll(() => installation.stop());

describe('recurring campaigns whose two workers are killed with kill -9 again and again', () => {
  it('have each occurrence once, none left out, on the wall clock', async () => {
    for (let kill = 0; kill < kills; kill += 1) {
      await (kill % 2 === 0 ? eventually(isHalfWay, { timeoutMs: 30_000, everyMs: 5 }) : soon());
      const running = installation.workers.filter(({ isRunning }) => isRunning);
      await running[Math.floor(random() * running.length)]!.kill();
      await installation.startWorker();
    }

    const passedDays = Math.floor((installation.clock.now() - Date.UTC(2026, 2, 27)) / dayMs);
    const days = passedDays + daysAhead;
    await eventually(async () => (await windows()).every(({ length }) => length >= days), {
      timeoutMs: 60_000,
    });
    const all = await windows();
    expect(all).toHaveLength(campaigns);
    for (const windowsOfOne of all) expect(windowsOfOne).toEqual(expectedWindows(windowsOfOne.length));
  });
});
