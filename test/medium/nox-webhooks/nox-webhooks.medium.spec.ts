import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { SecretBox } from '@warmshift/security';
import { sealedTo } from '@warmshift/fleet-sync';
import { testDatabase } from '../../support';
import { ApiWorld } from '../api/api-world';

const apiKey = 'nox-key-of-supplier-a';
const deviceId = '749f2d79-7ba3-4c2d-8339-eee4d8ba0bef';
const secretsKey = randomBytes(32);

interface Sent {
  readonly to?: string;
  readonly text?: string;
  readonly atMs?: number;
  readonly id?: string;
  readonly key?: string;
  readonly signedText?: string;
}

describe('POST /webhooks/nox/{connectionId}', () => {
  const db = testDatabase();
  const world = new ApiWorld(db);
  let connection: string;

  beforeAll(async () => {
    await world.start({ SECRETS_KEY: secretsKey.toString('hex') });
    connection = await newNoxConnection(apiKey);
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    await db.query('TRUNCATE outbox, idempotency_keys');
  });

  async function newNoxConnection(key: string, columns: Record<string, unknown> = {}): Promise<string> {
    const supplier = await world.newSupplier(`Supplier ${randomUUID()}`);
    const id = randomUUID();
    const box = new SecretBox({ version: 'v1', key: secretsKey });
    const credentials = box.seal(JSON.stringify({ apiKey: key }), sealedTo(id, 'credentials'));
    return world.newConnection(supplier, 'nox', { id, credentials, ...columns });
  }

  const event = (changes: Record<string, unknown> = {}) =>
    JSON.stringify({
      id: `evt_${randomUUID()}`,
      type: 'device.steerable_status.being_steered.updated',
      timestamp: new Date().toISOString(),
      data: { value: true, previous_value: false },
      metadata: { device_id: deviceId },
      ...changes,
    });

  function send({ to = connection, text = event(), atMs = Date.now(), id, key = apiKey, signedText }: Sent) {
    const seconds = String(Math.floor(atMs / 1000));
    const signature = createHmac('sha256', key)
      .update(signedText ?? `${seconds}.${text}`)
      .digest('hex');
    return world
      .as()
      .post(`/webhooks/nox/${to}`)
      .type('application/json')
      .set('x-webhook-id', id ?? `${randomUUID()}:being_steered`)
      .set('x-webhook-timestamp', seconds)
      .set('x-webhook-signature', `sha256=${signature}`)
      .send(text);
  }

  const jobs = () =>
    db.query<{ name: string; payload: unknown }>('SELECT name, payload FROM outbox ORDER BY id');
  const discover = (connectionId = connection) => ({
    name: 'connection.discover',
    payload: { v: 1, vendor: 'nox', connectionId },
  });

  it('has the devices listed again, and says so only when that is written down', async () => {
    const answer = await send({});
    expect([answer.status, answer.body]).toEqual([202, { status: 'new' }]);
    expect(await jobs()).toEqual([discover()]);
  });

  it('takes a signature over the body alone', async () => {
    const text = event();
    expect((await send({ text, signedText: text })).status).toBe(202);
    expect(await jobs()).toEqual([discover()]);
  });

  it.each<[string, () => Promise<Sent> | Sent]>([
    [
      'a body that was tampered with',
      () => ({ text: event({ data: { value: false } }), signedText: event() }),
    ],
    ['the key of another supplier', () => ({ key: 'nox-key-of-supplier-b' })],
    ['a time stamp older than five minutes', () => ({ atMs: Date.now() - 5 * 60_000 - 2_000 })],
    ['a time stamp far ahead', () => ({ atMs: Date.now() + 5 * 60_000 + 5_000 })],
    ['a connection that does not exist', () => ({ to: randomUUID() })],
    ['something that is no id', () => ({ to: 'no-such-connection' })],
    [
      'a connection of another vendor',
      async () => ({ to: await world.newConnection(await world.newSupplier(randomUUID()), 'istabai') }),
    ],
    [
      'a connection that is disabled',
      async () => ({ to: await newNoxConnection(apiKey, { status: 'DISABLED' }) }),
    ],
    [
      'a connection that was removed',
      async () => ({ to: await newNoxConnection(apiKey, { retired_at: new Date().toISOString() }) }),
    ],
  ])('answers the same 401 to %s', async (_name, sent) => {
    const answer = await send(await sent());
    const { instance: _instance, reference: _reference, ...problem } = answer.body as Record<string, unknown>;
    expect([answer.status, problem]).toEqual([
      401,
      {
        type: 'urn:warmshift:problem:unauthenticated',
        title: expect.any(String) as string,
        status: 401,
        detail: "Not signed with this connection's key, or its time stamp is too old.",
      },
    ]);
    expect(await jobs()).toEqual([]);
  });

  it('answers 401 without the headers, or with something other than JSON', async () => {
    const path = `/webhooks/nox/${connection}`;
    expect((await world.as().post(path, {})).status).toBe(401);
    expect((await world.as().post(path).type('text/plain').send('hello')).status).toBe(401);
  });

  it('does a delivery once, however often it comes and whatever is changed around its signed part', async () => {
    const text = event();
    const atMs = Date.now();
    const first = await send({ text, atMs, id: 'evt_1:being_steered' });
    const again = await send({ text, atMs, id: 'evt_1:being_steered' });
    const otherId = await send({ text, atMs, id: 'evt_2:being_steered' });
    const answers = [first, again, otherId];
    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      [202, { status: 'new' }],
      [202, { status: 'repeated' }],
      [202, { status: 'repeated' }],
    ]);
    expect(await jobs()).toHaveLength(1);
  });

  it('does one delivery once when it comes several times at the same moment', async () => {
    const text = event();
    const atMs = Date.now();
    const answers = await Promise.all(Array.from({ length: 6 }, () => send({ text, atMs, id: 'evt_3:x' })));
    expect(answers.map(({ body }) => (body as { status: string }).status).sort()).toEqual([
      'new',
      ...Array.from({ length: 5 }, () => 'repeated'),
    ]);
    expect(await jobs()).toHaveLength(1);
  });

  it('keeps deliveries of two connections apart', async () => {
    const other = await newNoxConnection(apiKey);
    const text = event();
    await send({ text, id: 'evt_4:x' });
    await send({ to: other, text, id: 'evt_4:x' });
    expect(await jobs()).toEqual([discover(), discover(other)]);
  });

  it('ignores what is older than the newest of its device and kind', async () => {
    const at = (ms: number, changes = {}) =>
      event({ timestamp: new Date(Date.now() + ms).toISOString(), ...changes });
    const answers = [
      await send({ text: at(0) }),
      await send({ text: at(-30_000) }),
      await send({ text: at(-30_000, { metadata: { device_id: 'another device' } }) }),
      await send({ text: at(-30_000, { type: 'device.steerable_status.DHW.can_activate.updated' }) }),
      await send({ text: at(1_000) }),
    ];
    expect(answers.map(({ body }) => (body as { status: string }).status)).toEqual([
      'new',
      'stale',
      'new',
      'new',
      'new',
    ]);
    expect(await jobs()).toHaveLength(4);
  });

  it('is not silenced by one event from the future', async () => {
    await send({ text: event({ timestamp: '2099-01-01T00:00:00Z' }) });
    const next = await send({});
    expect(next.body).toEqual({ status: 'new' });
  });

  it('takes and notes what it does not follow', async () => {
    const ignored = await send({ text: event({ type: 'user.settings.updated' }) });
    const unreadable = await send({ text: '{"hello":"NOX"}' });
    expect([ignored.status, ignored.body]).toEqual([202, { status: 'ignored' }]);
    expect([unreadable.status, unreadable.body]).toEqual([202, { status: 'unreadable' }]);
    expect(await jobs()).toEqual([]);
    const noted = world.lines.filter((line) => /webhook\.(ignored|unreadable)/.test(line));
    expect(noted).toHaveLength(2);
  });

  it('refuses a body that is too large, even when it is signed', async () => {
    const answer = await send({ text: event({ filler: 'x'.repeat(70_000) }) });
    expect(answer.status).toBe(413);
    expect(await jobs()).toEqual([]);
  });

  it('says 5xx for troubles of our own, and takes the same delivery afterwards', async () => {
    const text = event();
    await db.query('ALTER TABLE outbox RENAME TO outbox_away');
    const failed = await send({ text, id: 'evt_5:x' });
    await db.query('ALTER TABLE outbox_away RENAME TO outbox');
    const taken = await send({ text, id: 'evt_5:x' });
    expect([failed.status, taken.status, taken.body]).toEqual([500, 202, { status: 'new' }]);
    expect(await jobs()).toEqual([discover()]);
  });

  it('never shows the key', async () => {
    await send({});
    await send({ key: 'wrong' });
    expect(world.lines.join('\n')).not.toContain(apiKey);
  });
});
