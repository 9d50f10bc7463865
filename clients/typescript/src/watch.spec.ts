import { Warmshift, WarmshiftProblem, type OccurrenceEvent, type WarmshiftOptions } from './index';
import { events, json, SmallServer, type Answer } from './testing/small-server';

const id = '7b1f6f0e-6d2f-4b1e-9a3c-2f7c1a5f0e11';

let server: SmallServer;
beforeEach(async () => {
  server = await SmallServer.start();
});
afterEach(() => server.stop());

const client = (options: Partial<WarmshiftOptions> = {}) =>
  new Warmshift({ baseUrl: server.url, apiKey: 'key', ...options });
const message = (event: string, eventId: string) =>
  `event: ${event}\nid: ${eventId}\ndata: {"occurrenceId":"${id}","status":"RUNNING"}\n\n`;
/** The pause between two attempts is the server's to say. */
const atOnce = 'retry: 0\n\n';
const seen = async (stream: AsyncIterable<OccurrenceEvent>) => {
  const all: string[] = [];
  for await (const { data, event, id: eventId } of stream) all.push(`${event} ${eventId} ${data.status}`);
  return all;
};
const lastIdsSent = () => server.asked.map(({ headers }) => headers['last-event-id']);
const noContent: Answer = (_asked, response) => response.writeHead(204).end();
const cutOff: Answer = (_asked, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(`${atOnce}${message('progress', '2')}`, () => response.destroy());
};

describe('watch', () => {
  it('tells every event, up to the last one', async () => {
    server.answer = events(
      message('progress', '1'),
      ': hi\n\n',
      message('finished', '2'),
      message('progress', '3'),
    );
    expect(await seen(client().watch(id))).toEqual(['progress 1 RUNNING', 'finished 2 RUNNING']);
    expect(server.asked).toMatchObject([
      {
        url: `/admin/v1/occurrences/${id}/events`,
        headers: { accept: 'text/event-stream', 'x-api-key': 'key' },
      },
    ]);
  });

  it('goes on after the last event that was seen when the stream ends or breaks', async () => {
    server.inTurn(events(atOnce, message('progress', '1')), cutOff, events(message('cancelled', '3')));
    expect(await seen(client().watch(id, { lastEventId: '0' }))).toEqual([
      'progress 1 RUNNING',
      'progress 2 RUNNING',
      'cancelled 3 RUNNING',
    ]);
    expect(lastIdsSent()).toEqual(['0', '1', '2']);
  });

  it('ends when nothing will follow', async () => {
    server.answer = noContent;
    expect(await seen(client().watch(id, { lastEventId: '9' }))).toEqual([]);
  });

  it('comes again when the service is away for a moment, and gives up when it stays away', async () => {
    server.inTurn(
      events(atOnce, message('progress', '1')),
      json({}, 503),
      json({}, 503),
      events(message('finished', '2')),
    );
    expect(await seen(client({ retries: 2 }).watch(id))).toHaveLength(2);

    server.inTurn(events(atOnce, message('progress', '1')), json({}, 503));
    await expect(seen(client({ retries: 1 }).watch(id))).rejects.toThrow(/^HTTP 503/);
  });

  it('does not ask again what was refused', async () => {
    server.answer = json({ type: 'urn:warmshift:problem:not-found', title: 'Not found' }, 404);
    await expect(seen(client().watch(id))).rejects.toThrow(WarmshiftProblem);
    expect(server.asked).toHaveLength(1);
  });

  it('ends with the reason of the caller when its signal fires, also while it waits', async () => {
    const stop = new AbortController();
    server.answer = (_asked, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(message('progress', '1'));
    };
    const watching = (async () => {
      for await (const _event of client().watch(id, { signal: stop.signal })) stop.abort(new Error('enough'));
    })();
    await expect(watching).rejects.toThrow('enough');

    const waiting = new AbortController();
    server.inTurn(events('retry: 20000\n\n', message('progress', '1')), json({}, 503));
    const second = seen(client().watch(id, { signal: waiting.signal }));
    setImmediate(() => waiting.abort(new Error('home time')));
    await expect(second).rejects.toThrow('home time');
  });

  it('lets go of the connection when nobody listens any more', async () => {
    let closed: (() => void) | undefined;
    const gone = new Promise<void>((resolve) => (closed = resolve));
    server.answer = (_asked, response) => {
      response.once('close', () => closed?.());
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(message('progress', '1'));
    };
    for await (const _event of client().watch(id)) break;
    await gone;
  });
});
