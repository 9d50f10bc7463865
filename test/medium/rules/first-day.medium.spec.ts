import { hourMs } from '@warmshift/domain';
import { takeCycles } from '../../../libs/campaigns/src/planned-actions';
import { testDatabase } from '../../support';
import { CampaignWorld, evening, wishedAction, type DeviceRow } from '../../support/world';

const db = testDatabase();
let world: CampaignWorld;
beforeEach(() => {
  world = new CampaignWorld(db);
});
afterEach(() => world.close());

const tomorrowEvening = evening + 24 * hourMs;
/** 16:30 in Brussels. */
const connectedAt = '2026-11-24T15:30:00Z';

interface Settings {
  readonly supplier?: object;
  readonly device?: object;
  readonly site?: Record<string, unknown>;
  readonly firstSeenAt?: string;
}

/** A heat pump of which a limit of 8 starts a day is known and nothing else. */
async function heatPump({ supplier = {}, device = {}, site = {}, firstSeenAt = connectedAt }: Settings = {}) {
  const supplierId = await world.rows.supplier({ rule_settings: supplier });
  const connectionId = await world.rows.connection(supplierId);
  const columns = {
    kind: 'heat_pump',
    max_cycles_per_day: 8,
    first_seen_at: firstSeenAt,
    rule_settings: device,
  };
  const pump = await world.rows.device(supplierId, connectionId, { device: columns, site });
  world.vendor.add(pump.vendorDeviceId);
  return { supplierId, pump };
}

async function statusOf(zoneId: string) {
  await world.rows.refreshReadings();
  await world.statuses.recompute([zoneId]);
  const [status] = await db.query<{ code: string; reason: string; until: Date | null }>(
    'SELECT code, reason, next_eligible_at AS until FROM zone_statuses WHERE zone_id = $1',
    [zoneId],
  );
  return status;
}

const unseen = async (zoneId: string, startsAt: number) =>
  (await world.statuses.contexts([zoneId], world.clock.now(), startsAt))[0]?.facts.cycles?.unseenToday;

describe('a heat pump on the day on which it was connected', () => {
  it('is left alone until midnight, in words, and steered on the next day', async () => {
    const { pump } = await heatPump();
    expect(await statusOf(pump.zoneId)).toEqual({
      code: 'CYCLE_LIMIT',
      reason:
        'The device has used 0 of 8 compressor starts today (10 assumed for the hours before it was connected, 4 kept for its own needs).',
      until: new Date('2026-11-24T23:00:00Z'),
    });
    world.clock.set(tomorrowEvening);
    expect(await statusOf(pump.zoneId)).toMatchObject({ code: 'READY' });
  });

  it.each([
    ['the supplier', { supplier: { unseenStartsPerDay: 0 } }],
    [
      'the device, whatever its supplier says,',
      { supplier: { unseenStartsPerDay: 20 }, device: { unseenStartsPerDay: 0 } },
    ],
  ])('is steered at once where %s accepts that nobody counted', async (_who, settings) => {
    const { pump } = await heatPump(settings);
    expect(await statusOf(pump.zoneId)).toMatchObject({ code: 'READY' });
    expect(await unseen(pump.zoneId, evening)).toBe(0);
  });

  it('has its first day by the clock of its home', async () => {
    const firstSeenAt = '2026-11-23T23:30:00Z';
    const brussels = await heatPump({ firstSeenAt });
    const london = await heatPump({ firstSeenAt, site: { time_zone: 'Europe/London', country: 'GB' } });
    expect(await unseen(brussels.pump.zoneId, evening)).toBe(1);
    expect(await unseen(london.pump.zoneId, evening)).toBe(0);
  });

  it('is asked about by the day of the action: a plan for tomorrow takes it, one for tonight does not', async () => {
    const { supplierId, pump } = await heatPump();
    const tonight = await world.service.preview(supplierId, world.order());
    expect(tonight.leftOut).toMatchObject([{ zoneId: pump.zoneId, code: 'CYCLE_LIMIT' }]);
    const window = {
      startsAt: new Date(tomorrowEvening).toISOString(),
      endsAt: new Date(tomorrowEvening + hourMs).toISOString(),
    };
    const tomorrow = await world.service.preview(supplierId, world.order(window));
    expect(tomorrow.actions).toMatchObject([{ zoneId: pump.zoneId }]);
  });
});

describe('the ledger of the first day', () => {
  /** Of so many actions one after the other, how many got a start. */
  async function granted(of: DeviceRow, tries: number): Promise<number> {
    const contexts = await world.statuses.contexts([of.zoneId], evening);
    const byZone = new Map(contexts.map((context) => [context.zoneId, context]));
    let had = 0;
    for (let n = 0; n < tries; n += 1)
      had += (await world.db.transaction((sql) => takeCycles(sql, [wishedAction(of, 1)], byZone))).size;
    return had;
  }

  it('gives out no start that may have been used before anybody looked', async () => {
    const { pump } = await heatPump();
    expect(await granted(pump, 3)).toBe(0);
    const early = await heatPump({ firstSeenAt: '2026-11-24T02:00:00Z' });
    expect(await unseen(early.pump.zoneId, evening)).toBe(2);
    expect(await granted(early.pump, 8)).toBe(8 - 2 - 4);
  });

  it('gives out what the limit leaves where the supplier accepts that nobody counted', async () => {
    const { pump } = await heatPump({ supplier: { unseenStartsPerDay: 0 } });
    expect(await granted(pump, 8)).toBe(8 - 4);
  });
});
