import { EventEmitter, once } from 'node:events';
import { get, type ClientRequest, type IncomingMessage } from 'node:http';
import { Database, ReadingPartitions } from '@warmshift/db';
import { testDatabase } from '../../support';
import { eventually as eventuallyTrue } from '../../support/eventually';
import { ApiWorld, bootstrapKey, nowIso } from './api-world';

/** Waits until the expectation holds. */
const eventually = (check: () => unknown) =>
  eventuallyTrue(async () => {
    await check();
    return true;
  });

interface Event {
  readonly event: string;
  readonly id: string;
  readonly data: Record<string, unknown>;
}

/** A client as browsers are one. */
class Stream extends EventEmitter {
  readonly events: Event[] = [];
  readonly comments: string[] = [];
  ended = false;
  private rest = '';

  private constructor(
    private readonly request: ClientRequest,
    readonly response: IncomingMessage,
  ) {
    super();
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => this.take(chunk));
    response.on('close', () => (this.ended = true));
  }

  static async open(url: string, key: string, lastId?: string): Promise<Stream> {
    const headers = { 'x-api-key': key, ...(lastId === undefined ? {} : { 'last-event-id': lastId }) };
    const request = get(url, { headers, agent: false });
    request.on('error', () => undefined);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return new Stream(request, response);
  }

  close(): void {
    this.request.destroy();
  }

  private take(chunk: string): void {
    const parts = (this.rest + chunk).split('\n\n');
    this.rest = parts.pop() ?? '';
    for (const part of parts) {
      const fields = new Map(
        part.split('\n').map((line) => [line.split(': ')[0]!, line.slice(line.indexOf(': ') + 2)]),
      );
      const event = fields.get('event');
      if (event === undefined) this.comments.push(part);
      else
        this.events.push({
          event,
          id: fields.get('id') ?? '',
          data: JSON.parse(fields.get('data') ?? '') as Event['data'],
        });
    }
  }
}

describe('GET /admin/v1/occurrences/{id}/events', () => {
  const db = testDatabase();
  const world = new ApiWorld(db);
  const streams: Stream[] = [];
  let supplierId: string;
  let database: Database;

  beforeAll(async () => {
    await world.start();
    database = new Database({ url: db.url });
    supplierId = await world.supplierNamed('Energy Supplier A');
  });
  afterEach(() => streams.splice(0).forEach((stream) => stream.close()));
  afterAll(async () => {
    await world.stop();
    await database.close();
  });

  async function running() {
    const connection = await world.newConnection(supplierId);
    const device = await world.newDevice({
      supplierId,
      connectionId: connection,
      zones: { room: { code: 'READY' } },
    });
    const zone = await world.zoneOf(device);
    const slotMs = 900_000;
    const startsAt = Math.floor(Date.now() / slotMs) * slotMs - slotMs;
    const slots = [0, 1, 2].map((n) => ({
      startsAt: startsAt + n * slotMs,
      targetW: 2_500,
      promisedW: 2_400,
    }));
    const columns = {
      starts_at: new Date(startsAt).toISOString(),
      ends_at: new Date(startsAt + 3 * slotMs).toISOString(),
      status: 'RUNNING',
      plan: { slots, leftOut: [], chosen: 1, reboundWh: 0 },
      planned_at: nowIso(),
    };
    const { occurrence } = await world.newCampaign(supplierId, columns);
    const action = await world.newAction(
      supplierId,
      { occurrence, connection, device, zone },
      { starts_at: columns.starts_at, ends_at: columns.ends_at, active_at: columns.starts_at },
    );
    const measuredAt = startsAt + 60_000;
    await new ReadingPartitions(database).ensure([measuredAt]);
    await db.query(
      `INSERT INTO readings (zone_id, measured_at, supplier_id, received_at, power_w, power_quality)
       VALUES ($1, $2, $3, now(), 300, 'reported')`,
      [zone, new Date(measuredAt).toISOString(), supplierId],
    );
    return { occurrence, action, startsAt };
  }

  async function watch(occurrence: string, lastId?: string, key = bootstrapKey): Promise<Stream> {
    const stream = await Stream.open(
      `${world.api.url}/admin/v1/occurrences/${occurrence}/events`,
      key,
      lastId,
    );
    streams.push(stream);
    return stream;
  }

  it('tells the whole state at once, each change, and the report at the end', async () => {
    const { occurrence, action, startsAt } = await running();
    const stream = await watch(occurrence);
    expect(stream.response.statusCode).toBe(200);
    expect(stream.response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    await eventually(() => expect(stream.events).toHaveLength(1));
    expect(stream.events[0]).toMatchObject({
      event: 'progress',
      data: { status: 'RUNNING', states: { ACTIVE: 1 } },
    });
    expect(stream.events[0]?.data['slots']).toEqual([
      {
        startsAt: new Date(startsAt).toISOString(),
        askedKw: 2.5,
        promisedKw: 2.4,
        acknowledgedKw: 1.234,
        observedKw: 1.2,
      },
      expect.objectContaining({ askedKw: 2.5, acknowledgedKw: 1.234 }),
      expect.not.objectContaining({ acknowledgedKw: expect.anything() }),
    ]);
    await db.query(`UPDATE actions SET state = 'RESTORING' WHERE id = $1`, [action]);
    await eventually(() => expect(stream.events.at(-1)?.data['states']).toEqual({ RESTORING: 1 }));
    const report = { slots: [], byVendor: [], outcomes: { RESTORED: 1 }, reasons: {} };
    await db.query(
      `UPDATE occurrences SET status = 'FINISHED', finished_at = now(), report = $2 WHERE id = $1`,
      [occurrence, JSON.stringify(report)],
    );
    await eventually(() => expect(stream.ended).toBe(true));
    expect(stream.events.map(({ event }) => event)).toEqual(['progress', 'progress', 'finished']);
    expect(stream.events.at(-1)?.data['report']).toMatchObject({ outcomes: { RESTORED: 1 } });
    const again = await watch(occurrence, stream.events.at(-1)?.id);
    expect(again.response.statusCode).toBe(204);
    const anew = await watch(occurrence);
    await eventually(() => expect(anew.ended).toBe(true));
    expect(anew.events.map(({ event }) => event)).toEqual(['finished']);
  });

  it('tells somebody who comes back only what is new', async () => {
    const { occurrence, action } = await running();
    const first = await watch(occurrence);
    await eventually(() => expect(first.events).toHaveLength(1));
    const back = await watch(occurrence, first.events[0]?.id);
    await db.query(`UPDATE actions SET state = 'RESTORED' WHERE id = $1`, [action]);
    await eventually(() => expect(back.events).toHaveLength(1));
    expect(back.events[0]?.data['states']).toEqual({ RESTORED: 1 });
  });

  it('keeps everybody out who may not look', async () => {
    const { occurrence } = await running();
    const other = await world.newKey(await world.newSupplier('Energy Supplier B'), 'admin');
    expect((await watch(occurrence, undefined, other)).response.statusCode).toBe(404);
    expect((await watch('01a5c222-5b76-4531-b587-5deeb81a3db3')).response.statusCode).toBe(404);
    expect((await watch('nonsense')).response.statusCode).toBe(400);
    expect((await watch(occurrence, undefined, 'wrong')).response.statusCode).toBe(401);
  });

  it('takes a thousand streams of a key and refuses the next, until one is closed', async () => {
    const { occurrence } = await running();
    const key = await world.newKey(supplierId, 'viewer');
    for (let batch = 0; batch < 20; batch += 1)
      await Promise.all(Array.from({ length: 50 }, () => watch(occurrence, undefined, key)));
    const refused = await watch(occurrence, undefined, key);
    expect([refused.response.statusCode, refused.response.headers['retry-after']]).toEqual([429, '60']);
    streams.find(({ response }) => response.statusCode === 200)?.close();
    await eventually(async () =>
      expect((await watch(occurrence, undefined, key)).response.statusCode).toBe(200),
    );
    await eventually(() =>
      expect(streams.filter(({ events }) => events.length > 0).length).toBeGreaterThan(998),
    );
  });
});
