import { hourMs, minuteMs } from '@warmshift/domain';
import { ReadingPartitions } from '@warmshift/db';
import type { ZoneReading } from '@warmshift/vendors/contract';
import { IngestService } from '../../../libs/fleet-sync/src/readings/ingest.service';
import { testDatabase } from '../../support';
import { evening, World } from '../../support/world';

const db = testDatabase();
let world: World;
beforeEach(() => {
  world = new World(db);
});
afterEach(() => world.close());

/** A room at 21 °C that an action took to 18 °C ten minutes ago; the next look is due in four minutes. */
async function steered() {
  const supplierId = await world.rows.supplier();
  const connectionId = await world.rows.connection(supplierId);
  const room = await world.rows.device(supplierId, connectionId, { zone: { measured_at: null } });
  const ingest = new IngestService(world.db, new ReadingPartitions(world.db), world.clock);
  const read = (reading: Pick<ZoneReading, 'setpointC' | 'mode'>) => {
    const zone = { ...room, deviceKind: 'heater' as const };
    const facts = { measuredAt: world.clock.now(), temperatureC: 20, powerQuality: 'missing' } as const;
    return ingest.ingest([{ zone, reading: { ...facts, ...reading } }], { connectionId, supplierId });
  };
  await read({ setpointC: 21, mode: 'auto' });
  world.clock.advance(minuteMs);
  const window = { startsAt: evening, endsAt: evening + hourMs };
  const { occurrenceId } = await world.rows.occurrence(supplierId, window);
  const at = new Date(world.clock.now()).toISOString();
  const columns = {
    state: 'ACTIVE',
    sent_at: at,
    active_at: at,
    limit_c: 18,
    due_at: new Date(evening + 15 * minuteMs).toISOString(),
  };
  const actionId = await world.rows.action(supplierId, occurrenceId, room, window, columns);
  world.clock.advance(5 * minuteMs);
  await read({ setpointC: 18, mode: 'manual' });
  world.clock.advance(5 * minuteMs);
  const dueAt = async () => (await world.actions.find(actionId))!.dueAt;
  return { read, dueAt, later: evening + 15 * minuteMs };
}

describe('a reading during an action', () => {
  it.each([
    ['of a setpoint that nobody of us set', { setpointC: 22.5, mode: 'manual' }],
    ['of a mode that nobody of us set', { setpointC: 18, mode: 'boost' }],
  ])('%s makes the next look due at once', async (_name, reading) => {
    const { read, dueAt } = await steered();
    await read(reading);
    expect(await dueAt()).toBe(world.clock.now());
  });

  it.each([
    ['of what we set', { setpointC: 18, mode: 'manual' }],
    ['of what we set, rounded', { setpointC: 18.2, mode: 'manual' }],
    ['of what was there before, as devices show while they switch', { setpointC: 21, mode: 'auto' }],
    ['without a setpoint', {}],
  ])('%s changes nothing', async (_name, reading) => {
    const { read, dueAt, later } = await steered();
    await read(reading);
    expect(await dueAt()).toBe(later);
  });
});
