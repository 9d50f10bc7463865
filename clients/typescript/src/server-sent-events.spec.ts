import fc from 'fast-check';
import { messagesOf, type StreamMessage } from './server-sent-events';

async function* inPieces(text: string, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let from = 0;
  for (const to of [...places, bytes.length]) {
    yield bytes.slice(from, to);
    from = to;
  }
  await Promise.resolve();
}

async function read(text: string, cuts: readonly number[] = []): Promise<StreamMessage[]> {
  const messages: StreamMessage[] = [];
  for await (const message of messagesOf(inPieces(text, cuts))) messages.push(message);
  return messages;
}

const event = (data: string, name = 'message', id?: string) => ({ kind: 'event', event: name, data, id });

describe('messagesOf', () => {
  it.each([
    [
      'an event with all its fields',
      'event: progress\nid: 7\ndata: {"a":1}\n\n',
      [event('{"a":1}', 'progress', '7')],
    ],
    ['lines of data with line ends between', 'data: a\ndata:b\ndata:  c\n\n', [event('a\nb\n c')]],
    [
      'the id of before, until there is another',
      'id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n',
      [event('a', 'message', '1'), event('b', 'message', '1'), event('c', 'message', '')],
    ],
    [
      'signs of life and the pause',
      ': still here\n\nretry: 2000\nretry: soon\n\n',
      [{ kind: 'comment' }, { kind: 'retry', retryMs: 2000 }],
    ],
    ['no event without data', 'event: progress\nid: 1\n\n', []],
    ['not what has no end', 'data: a\n\ndata: b\n', [event('a')]],
    ['fields that it does not know', 'colour: red\ndata: a\n\n', [event('a')]],
  ])('reads %s', async (_what, text, expected) => {
    expect(await read(text)).toEqual(expected);
  });

  it('reads the same however the bytes are cut and the lines end', async () => {
    const text = 'retry: 5\n\n: hi\nevent: progress\nid: é1\ndata: {"name":"Wärme"}\ndata: x\n\ndata: ☀\n\n';
    const expected = await read(text);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat()), fc.constantFrom('\n', '\r\n', '\r'), async (cuts, lineEnd) => {
        expect(await read(text.replaceAll('\n', lineEnd), cuts)).toEqual(expected);
      }),
    );
  });
});
