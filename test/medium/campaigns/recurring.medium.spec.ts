import { dayMs, hourMs } from '@warmshift/domain';
import { Database } from '@warmshift/db';
import { OccurrenceCalendar } from '@warmshift/campaigns';
import { testDatabase } from '../../support';
import { CampaignWorld } from '../../support/world';

const db = testDatabase();
let world: CampaignWorld;
beforeEach(async () => {
  world = new CampaignWorld(db);
  await db.query('UPDATE actions SET due_at = NULL');
  await db.query("UPDATE campaigns SET status = 'CANCELLED'");
  await db.query("UPDATE occurrences SET status = 'CANCELLED'");
});
afterEach(() => world.close());

const order = async (rule: Parameters<CampaignWorld['recurring']>[0] = {}) => {
  const { supplierId } = await world.fleet(1);
  const { campaignId } = await world.service.create(supplierId, world.recurring(rule), 'operator');
  const days = async () =>
    (await world.service.get(supplierId, campaignId)).occurrences.map(({ localDay }) => localDay!.slice(5));
  const get = () => world.service.get(supplierId, campaignId);
  return { supplierId, campaignId, days, get };
};

describe('a recurring campaign', () => {
  it('has the occurrences of the next seven days from the start, and their jobs', async () => {
    const { campaignId, days, get } = await order({ except: ['2026-11-26'], weekdays: [2, 3, 4, 5] });
    expect(await days()).toEqual(['11-24', '11-25', '11-27', '12-01']);
    const { occurrences, startsAt, endsAt } = await get();
    expect(startsAt).toBe(occurrences[0]!.startsAt);
    expect(endsAt).toBe(Date.UTC(2026, 11, 31, 18));
    const jobs = await db.query(
      "SELECT 1 FROM outbox WHERE payload->>'occurrenceId' IN (SELECT id::text FROM occurrences WHERE campaign_id = $1)",
      [campaignId],
    );
    expect(jobs).toHaveLength(4);
  });

  it('has its first one however far away that is', async () => {
    const { days } = await order({ from: '2026-12-24', until: '2026-12-24' });
    expect(await days()).toEqual(['12-24']);
  });

  it('gets new ones day by day, also those of days on which nobody ticked', async () => {
    const { days } = await order();
    expect(await world.calendar.tick()).toBe(0);
    world.clock.advance(dayMs);
    expect(await world.calendar.tick()).toBe(1);
    world.clock.advance(20 * dayMs);
    expect(await world.calendar.tick()).toBe(20);
    expect(await days()).toEqual(
      Array.from({ length: 29 }, (_, day) =>
        new Date(Date.UTC(2026, 10, 24 + day)).toISOString().slice(5, 10),
      ),
    );
  });

  it('keeps to the wall clock over the clock change', async () => {
    world.clock.set(Date.UTC(2027, 2, 26, 12));
    const { get } = await order({ from: '2027-03-26', until: '2027-03-29' });
    expect(
      (await get()).occurrences.map(({ startsAt }) => new Date(startsAt).toISOString().slice(5, 16)),
    ).toEqual(['03-26T17:00', '03-27T17:00', '03-28T16:00', '03-29T16:00']);
  });

  it('creates each occurrence once with many workers whose connections are cut at random', async () => {
    const { campaignId, days } = await order({ until: '2027-03-31' });
    for (let day = 0; day < 10; day += 1) {
      world.clock.advance(dayMs + 5 * hourMs);
      const workers = Array.from({ length: 4 }, () => new Database({ url: db.url }));
      const ticks = workers.map((worker) => new OccurrenceCalendar(worker, world.clock, world.logger).tick());
      // Its backends are cut off in the midst of their statements and transactions, those that chance finds there.
      await db.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid() AND query ILIKE '%campaigns%' AND random() < 0.5`,
      );
      await Promise.allSettled(ticks);
      await Promise.all(workers.map((worker) => worker.close().catch(() => undefined)));
    }
    await world.calendar.tick();
    const found = await days();
    expect(new Set(found).size).toBe(found.length);
    expect(found).toHaveLength(1 + 7 + 12);
    const jobs = await db.query(
      "SELECT 1 FROM outbox WHERE payload->>'occurrenceId' IN (SELECT id::text FROM occurrences WHERE campaign_id = $1)",
      [campaignId],
    );
    expect(jobs).toHaveLength(found.length);
  });

  it('goes on after one occurrence has ended, and is finished with its last one', async () => {
    const { get } = await order({ until: '2026-12-03' });
    world.clock.advance(8 * dayMs + 12 * hourMs);
    await world.progress.tick();
    expect((await get()).status).toBe('ACTIVE');
    await world.calendar.tick();
    await world.progress.tick();
    expect((await get()).status).toBe('ACTIVE');
    world.clock.advance(2 * dayMs);
    await world.progress.tick();
    await world.calendar.tick();
    const { occurrences, status } = await get();
    expect(occurrences).toHaveLength(10);
    expect(status).toBe('FINISHED');
  });

  it('is finished when no more days follow, the last ones excepted', async () => {
    const { get } = await order({
      until: '2026-12-10',
      except: [
        '2026-12-02',
        '2026-12-03',
        '2026-12-04',
        '2026-12-05',
        '2026-12-06',
        '2026-12-07',
        '2026-12-08',
        '2026-12-09',
        '2026-12-10',
      ],
    });
    world.clock.advance(9 * dayMs);
    await world.progress.tick();
    expect((await get()).status).toBe('ACTIVE');
    await world.calendar.tick();
    expect((await get()).status).toBe('FINISHED');
  });

  it('gets no more once it is cancelled', async () => {
    const { campaignId, get, supplierId } = await order();
    await Promise.allSettled([
      world.service.cancel(supplierId, campaignId, 'operator'),
      world.calendar.tick(),
    ]);
    world.clock.advance(dayMs);
    expect(await world.calendar.tick()).toBe(0);
    const { occurrences } = await get();
    expect(new Set(occurrences.map(({ status }) => status))).toEqual(new Set(['CANCELLED']));
  });
});
