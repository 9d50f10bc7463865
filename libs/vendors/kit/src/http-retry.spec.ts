import type { VendorRequestOutcome } from '@warmshift/vendors/contract';
import { VendorRateLimited, VendorUnavailable } from '@warmshift/vendors/contract';
import { inMemoryContext } from '../../contract/testing/in-memory-context';
import type { ScriptedAnswer, ScriptedServer } from '../../contract/testing/scripted-server';
import { scriptedServer } from '../../contract/testing/scripted-server';
import { closeVendorHttp, createVendorHttp } from '.';

const manifest = { vendor: 'test', title: 'Test vendor' };
const get = { method: 'GET', path: '/x', purpose: 'read' } as const;
const post = { method: 'POST', path: '/x', json: {}, purpose: 'steer' } as const;

describe('what the kit does about a vendor that fails', () => {
  let server: ScriptedServer;
  beforeEach(async () => {
    server = await scriptedServer();
  });
  afterEach(async () => {
    await closeVendorHttp();
    await server.close();
  });

  const connect = () => {
    const outcomes: VendorRequestOutcome[] = [];
    const context = inMemoryContext({
      baseUrl: server.baseUrl,
      onRequest: (outcome) => outcomes.push(outcome),
    });
    return { context, outcomes, http: createVendorHttp({ context, manifest, secrets: [] }) };
  };
  const inTurn = (...answers: (ScriptedAnswer | 'drop')[]): void => {
    server.answer(() => answers[Math.min(server.seen.length, answers.length) - 1] ?? {});
  };

  it('repeats a read after a 5xx and after a broken connection, and asks the pacer each time', async () => {
    inTurn({ status: 500 }, 'drop', { body: 'well' });
    const { context, outcomes, http } = connect();
    expect(await http.request(get)).toMatchObject({ status: 200, text: 'well' });
    expect(context.taken).toHaveLength(3);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['server_error', 'no_answer', 'ok']);
    expect(outcomes.every(({ seconds, purpose }) => seconds > 0 && purpose === 'read')).toBe(true);
  });

  it('gives a read up after the third try', async () => {
    inTurn({ status: 502 });
    expect(await connect().http.request(get)).toMatchObject({ status: 502 });
    expect(server.seen).toHaveLength(3);
    inTurn('drop');
    await expect(connect().http.request(get)).rejects.toThrow(VendorUnavailable);
    expect(server.seen).toHaveLength(6);
  });

  it.each([400, 401, 403, 404, 409, 501])('never repeats after a %i', async (status) => {
    inTurn({ status });
    await connect().http.request(get);
    expect(server.seen).toHaveLength(1);
  });

  it('never repeats a write, whatever happens to it', async () => {
    inTurn({ status: 500 });
    await connect().http.request(post);
    inTurn('drop');
    await expect(connect().http.request(post)).rejects.toMatchObject({ sent: true });
    expect(server.seen).toHaveLength(2);
  });

  it('repeats a POST that is said to change nothing', async () => {
    inTurn({ status: 500 }, { body: 'well' });
    await connect().http.request({ ...post, idempotent: true });
    expect(server.seen).toHaveLength(2);
  });

  it('never repeats what timed out: three time-outs are too long to wait', async () => {
    server.answer(() => 'hang');
    await expect(connect().http.request({ ...get, timeoutMs: 1_000 })).rejects.toThrow(
      'no answer within 1000 ms',
    );
    expect(server.seen).toHaveLength(1);
  });

  it('leaves it to the caller when the vendor asks for a pause, by 429 or by Retry-After', async () => {
    inTurn({ status: 429, headers: { 'retry-after': '0' } });
    await expect(connect().http.request(get)).rejects.toThrow(VendorRateLimited);
    inTurn({ status: 503, headers: { 'retry-after': '60' } });
    expect(await connect().http.request(get)).toMatchObject({ status: 503 });
    expect(server.seen).toHaveLength(2);
  });

  it('opens the circuit after ten failures, sends nothing then, and tries again after a minute', async () => {
    inTurn({ status: 500 });
    const { context, outcomes, http } = connect();
    for (let i = 0; i < 10; i += 1) await http.request(post);
    await expect(http.request(post)).rejects.toMatchObject({ retry: 'later', sent: false });
    expect(server.seen).toHaveLength(10);
    expect(outcomes.at(-1)).toEqual({ purpose: 'steer', outcome: 'circuit_open', seconds: 0 });
    context.clock.advance(60_000);
    server.answer(() => ({ body: 'well' }));
    expect(await http.request(post)).toMatchObject({ text: 'well' });
    expect(await http.request(get)).toMatchObject({ text: 'well' });
  });

  it('does not count what is said about a device against the vendor', async () => {
    inTurn({ status: 503 });
    const { http } = connect();
    for (let i = 0; i < 12; i += 1) await http.request({ ...get, answers: [503] });
    expect(server.seen).toHaveLength(12);
  });

  it('connects only where the lookup of names lets it', async () => {
    const { port } = new URL(server.baseUrl);
    server.answer(() => ({ body: 'well' }));
    const asked: string[] = [];
    const at = (allowed: boolean) =>
      createVendorHttp({
        context: inMemoryContext({
          baseUrl: `http://vendor.example:${port}`,
          lookup: (name, options, callback) => {
            asked.push(name);
            if (allowed && options.all) callback(null, [{ address: '127.0.0.1', family: 4 }]);
            else if (allowed) callback(null, '127.0.0.1', 4);
            else callback(Object.assign(new Error('not there'), { code: 'ERR_ADDRESS_NOT_ALLOWED' }), '');
          },
        }),
        manifest,
        secrets: [],
      });
    expect(await at(true).request(get)).toMatchObject({ text: 'well' });
    await expect(at(false).request(post)).rejects.toMatchObject({
      sent: false,
      message: 'POST /x: no connection (ERR_ADDRESS_NOT_ALLOWED)',
    });
    expect(new Set(asked)).toEqual(new Set(['vendor.example']));
    expect(server.seen).toHaveLength(1);
  });
});
