import { slotMs } from '@warmshift/domain';
import type { VendorContext } from '@warmshift/vendors/contract';
import {
  VendorNotFound,
  VendorProtocolError,
  VendorRejected,
  VendorUnavailable,
} from '@warmshift/vendors/contract';
import { closeVendorHttp } from '@warmshift/vendors/kit';
import type { ScriptedServer } from '../../contract/testing/scripted-server';
import { scriptedServer } from '../../contract/testing/scripted-server';
import devices from '../fixtures/devices.json';
import { connectNox, now, page, pump, queryOf, ref } from '../testing/connect-nox';

const [, second] = devices.data;
const span = { startsAt: Date.UTC(2025, 0, 15, 12, 30), endsAt: Date.UTC(2025, 0, 15, 13, 30) };
const intent = {
  actionId: 'a1',
  zone: 'room',
  direction: 'decrease',
  span,
  limitC: 17,
  deviceSpans: [{ zone: 'room', direction: 'decrease', span }],
} as const;
const command = {
  spans: [{ zone: 'room', word: 'off', ...span }],
  own: { zone: 'room', ...span },
};

describe('steering at NOX', () => {
  let server: ScriptedServer;
  beforeEach(async () => {
    server = await scriptedServer();
  });
  afterEach(async () => {
    await closeVendorHttp();
    await server.close();
  });
  const connect = (changes: Partial<Omit<VendorContext, 'clock'>> = {}) => connectNox(server, changes);

  it('NOX 1: reads the state of one device from the projection', async () => {
    const { device_id, steerable_status } = second ?? {};
    server.answer(() => page([{ device_id: 'other' }, { device_id, steerable_status }], null));
    const { steering, context } = connect();
    const state = await steering.readState(ref(device_id ?? ''), 'restore');
    expect(steering.stateSchema.parse(state)).toMatchObject({
      steerable: true,
      DHW: { canActivate: true, inActiveAction: false },
    });
    expect(queryOf(server.seen[0]?.url ?? '')).toEqual({ device_id, steerable_status: 'true' });
    expect(context.taken).toEqual(['restore']);
    await expect(steering.readState(pump, 'steer')).rejects.toThrow(VendorNotFound);
    await expect(steering.readState(ref('other'), 'steer')).rejects.toThrow(VendorProtocolError);
  });

  describe('on a host that is not local', () => {
    const ready = { steerable: true, room: { canActivate: true, inActiveAction: false } };
    it('does not steer with an unpublished body, and says why', async () => {
      server.answer(() => ({ body: devices }));
      const { adapter, steering } = connect({ localHost: false });
      expect(steering.commandFor(intent, ready, now)).toEqual({
        kind: 'refuse',
        reason: expect.stringContaining('allowUnpublishedSchedule'),
      });
      await expect(steering.send(pump, command, 'steer')).rejects.toThrow(VendorRejected);
      expect(server.seen).toHaveLength(0);
      const { devices: listed } = await adapter.list();
      expect(listed.map(({ vendorControl }) => vendorControl)).toEqual([false, false]);
    });
    it('still gives back what was steered before that was switched off', async () => {
      server.answer(() => ({ body: { status: 'success' } }));
      const { steering } = connect({ localHost: false });
      await expect(steering.send(pump, { spans: [] }, 'restore')).resolves.toMatchObject({
        outcome: 'accepted',
      });
    });
    it('steers when the connection allows it', () => {
      const { steering } = connect({ localHost: false, settings: { allowUnpublishedSchedule: true } });
      expect(steering.commandFor(intent, ready, now)).toEqual({ kind: 'command', command });
    });
  });

  const bodies = () =>
    server.seen.map(({ body }) => JSON.parse(body) as { start_time?: string; schedule: { room: string[] } });

  it('sends the schedule from the next quarter that it can reach', async () => {
    server.answer(() => ({ body: { status: 'success', message: 'Schedule submitted successfully' } }));
    const { steering, context } = connect();
    await expect(steering.send(pump, command, 'steer')).resolves.toEqual({
      outcome: 'accepted',
      words: 'Schedule submitted successfully',
    });
    context.clock.set(span.startsAt - 1_000);
    await steering.send(pump, command, 'steer');
    const [early, late] = bodies();
    expect(early).toMatchObject({ device_id: 'HP123456', start_time: '2025-01-15T12:30:00Z' });
    expect(early?.schedule.room.slice(0, 5)).toEqual(['off', 'off', 'off', 'off', 'auto']);
    expect(late).toMatchObject({ start_time: '2025-01-15T12:45:00Z' });
    expect(late?.schedule.room.slice(0, 4)).toEqual(['off', 'off', 'off', 'auto']);
  });

  it('sends nothing that has waited until none of its own quarters can be reached', async () => {
    server.answer(() => ({ body: { status: 'success' } }));
    const { steering, context } = connect();
    context.clock.set(span.endsAt - slotMs);
    await expect(steering.send(pump, command, 'steer')).rejects.toMatchObject({
      constructor: VendorRejected,
      message: expect.stringContaining('No whole quarter') as string,
    });
    expect(server.seen).toHaveLength(0);
  });

  it('sends it once more when NOX moved it by a quarter, so that nothing is steered outside the window', async () => {
    server.answer(() => {
      const start_time = new Date(span.startsAt + slotMs).toISOString();
      return { body: { status: 'success', meta: { start_time } } };
    });
    const { steering } = connect();
    await steering.send(pump, command, 'steer');
    expect(bodies().map(({ start_time }) => start_time)).toEqual([
      '2025-01-15T12:30:00Z',
      '2025-01-15T12:45:00Z',
    ]);
    expect(bodies()[1]?.schedule.room.slice(0, 4)).toEqual(['off', 'off', 'off', 'auto']);
  });

  it('clears steering by a neutral schedule that starts as soon as NOX can', async () => {
    server.answer(() => ({ body: { status: 'success' } }));
    await connect().steering.send(pump, { spans: [] }, 'restore');
    expect(bodies()[0]).not.toHaveProperty('start_time');
    expect(new Set(bodies()[0]?.schedule.room)).toEqual(new Set(['auto']));
  });

  it.each([
    [
      422,
      { detail: [{ loc: ['body', 'schedule', 'DHW'], msg: 'too long', type: 'value_error' }] },
      VendorRejected,
      'body.schedule.DHW: too long',
    ],
    [200, { status: 'error', message: 'Device is offline' }, VendorRejected, 'Device is offline'],
    [404, { detail: 'Not Found' }, VendorNotFound, 'Not Found'],
    [503, { message: 'later' }, VendorUnavailable, 'later'],
  ])('tells what HTTP %i says of a schedule', async (status, body, type, words) => {
    server.answer(() => ({ status, body }));
    const sending = connect().steering.send(pump, command, 'steer');
    await expect(sending).rejects.toMatchObject({ constructor: type, words });
  });

  it('takes a success that it cannot read for accepted: the read-back will tell', async () => {
    server.answer(() => ({ body: '<ok/>' }));
    await expect(connect().steering.send(pump, command, 'steer')).resolves.toEqual({
      outcome: 'accepted',
      words: '<ok/>',
    });
  });

  it('remembers when the schedule starts that it sent last, for the read-backs of the other zone', async () => {
    server.answer(({ method }) => (method === 'POST' ? { body: { status: 'success' } } : { body: devices }));
    const { steering } = connect();
    const device = ref(second?.device_id ?? '');
    await steering.send(device, command, 'steer');
    await expect(steering.readState(device, 'steer')).resolves.toMatchObject({
      scheduleStartsAt: span.startsAt,
    });
    await expect(steering.readState(ref(devices.data[0]?.device_id ?? ''), 'steer')).resolves.toMatchObject({
      scheduleStartsAt: undefined,
    });
  });
});
