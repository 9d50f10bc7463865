import { hourMs } from '@warmshift/domain';
import { TestSandbox, type Answer } from '../../testing';

describe('the Istabai cloud', () => {
  let sandbox: TestSandbox;
  let key = '';

  beforeAll(async () => {
    sandbox = await TestSandbox.start({ istabai: 10 });
  });
  afterAll(() => sandbox.close());
  beforeEach(async () => {
    await sandbox.call('/control/reset-faults', { json: {} });
    key = apiKey(await login());
  });

  function login(password = sandbox.sandbox.credentials.istabai.password): Promise<Answer> {
    const { email } = sandbox.sandbox.credentials.istabai;
    return sandbox.call('/istabai/2/login.json', { form: { email, password } });
  }

  function call(method: string, form: Record<string, string> = {}): Promise<Answer> {
    return sandbox.call(`/istabai/2/${method}.json`, { form: { api_key: key, ...form } });
  }

  const homes = () => sandbox.sandbox.world.fleet.istabai;

  it('gives a new key at every login, and both work', async () => {
    const other = apiKey(await login());
    expect(other).toMatch(/^[0-9a-f]{32}$/);
    expect(other).not.toBe(key);
    expect((await call('homes.list')).body).toMatchObject({ homes: { length: 10 } });
  });

  it.each([
    ['a wrong password', () => login('nope'), 300],
    ['an unknown key', () => call('homes.list', { api_key: 'bad' }), 300],
    ['no key', () => sandbox.call('/istabai/2/homes.list.json'), 203],
    ['no home', () => call('rooms.list'), 203],
    ['an unknown home', () => call('rooms.list', { home_id: '1' }), 404],
    ['no temperature', () => call('rooms.set_temperature', { room_id: '5500' }), 203],
  ])('says %s with HTTP 200 and an error in the body', async (_what, ask, code) => {
    expect(await ask()).toMatchObject({ status: 200, body: { error: { code } } });
  });

  it('takes parameters by GET as well', async () => {
    const { body } = await sandbox.call(`/istabai/2/rooms.list.json?api_key=${key}&home_id=5100`);
    expect(body).toMatchObject({ home: { id: 5100 } });
  });

  it('lists a home’s rooms with setpoints per mode and a fresh sensor', async () => {
    const { rooms, home, timestamp } = (await call('rooms.list', { home_id: '5100' })).body as RoomsList;
    expect(rooms).toHaveLength(home.rooms);
    for (const room of rooms) {
      expect(Object.keys(room.set_temperature)).toEqual(['day', 'night', 'eco', 'temp']);
      expect(timestamp - room.device.last_data).toBeLessThanOrEqual(240);
    }
  });

  it('tells the next change of mode, and follows it', async () => {
    const home = homes().find((candidate) => candidate.setting.auto)!;
    const list = async (): Promise<RoomsList> =>
      (await call('rooms.list', { home_id: String(home.id) })).body as RoomsList;
    const before = await list();
    expect(before.home.mode).toBe('DAY');
    const next = before.home.next_mode!;
    expect(next.starts % 1800).toBe(0);
    await sandbox.move(next.starts * 1000 - sandbox.clock.now() + 60_000);
    expect((await list()).home.mode).toBe(next.mode);
  });

  it('sets one mode’s temperature, within the room’s limits, and leaves the others', async () => {
    const room = homes()[1]!.rooms.find((r) => !r.traits.readOnly)!;
    const before = { ...room.setpoints };
    const room_id = String(room.traits.roomId);
    const { body } = await call('rooms.set_temperature', { room_id, temperature: '18.5', mode: 'NIGHT' });
    expect(body).toEqual({
      set_temperature: { room_id: room.traits.roomId, mode: 'NIGHT', temperature: 18.5 },
    });
    expect(room.setpoints).toEqual({ ...before, night: 18.5 });
    await call('rooms.set_temperature', { room_id, temperature: '60', mode: 'DAY' });
    expect(room.setpoints.day).toBe(room.traits.maxC);
  });

  it('switches ECO for a home', async () => {
    const home = homes()[2]!;
    const home_id = String(home.id);
    await call('homes.set_mode', { home_id, eco: '1' });
    expect((await call('rooms.list', { home_id })).body).toMatchObject({
      home: { mode: 'ECO', next_mode: null },
    });
    expect(home.rooms[0]!.steering()).toContain('home mode');
    await call('homes.set_mode', { home_id, eco: '0' });
    expect(home.rooms[0]!.steering()).toBeUndefined();
  });

  it('refuses to set a room that is read only', async () => {
    const room = homes()
      .flatMap((home) => home.rooms)
      .find((candidate) => candidate.traits.readOnly)!;
    const { body } = await call('rooms.set_temperature', {
      room_id: String(room.traits.roomId),
      temperature: '19',
    });
    expect(body).toMatchObject({ error: { code: 403 } });
  });

  it('can send JSON as text/html, and drop sessions', async () => {
    await sandbox.fault('istabai', 'html-content-type');
    const answer = await call('homes.list');
    expect(answer.headers.get('content-type')).toBe('text/html');
    expect(answer.body).toMatchObject({ homes: { length: 10 } });
    await sandbox.fault('istabai', 'revoked-sessions');
    expect((await call('homes.list')).body).toMatchObject({ error: { code: 300 } });
  });

  it('can take GET alone, as no document rules out', async () => {
    await sandbox.fault('istabai', 'get-only');
    expect((await call('homes.list')).status).toBe(405);
  });

  it('lets a cut-off sensor grow old', async () => {
    await sandbox.fault('istabai', 'offline-devices');
    const before = homes()[0]!.rooms[0]!.reportedAt;
    await sandbox.move(hourMs);
    expect(homes()[0]!.rooms[0]!.reportedAt).toBe(before);
  });
});

interface RoomsList {
  readonly timestamp: number;
  readonly rooms: readonly {
    readonly set_temperature: Record<string, number>;
    readonly device: { readonly last_data: number };
  }[];
  readonly home: {
    readonly rooms: number;
    readonly mode: string;
    readonly next_mode: { readonly mode: string; readonly starts: number } | null;
  };
}

function apiKey(answer: Answer): string {
  return (answer.body as { user: { api_key: string } }).user.api_key;
}
