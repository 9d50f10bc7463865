/** One message of a stream of server-sent events, or a sign of life. */
export type StreamMessage =
  | { readonly kind: 'event'; readonly event: string; readonly data: string; readonly id: string | undefined }
  | { readonly kind: 'retry'; readonly retryMs: number }
  | { readonly kind: 'comment' };

/**
 * Reads server-sent events as the HTML standard describes them ("9.2.6 Interpreting an event stream"): fields in lines,
 * a message ends with an empty line, and what has not ended when the stream ends is dropped.
 */
export async function* messagesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<StreamMessage> {
  let fields = emptyFields();
  for await (const line of linesOf(chunks)) {
    if (line.startsWith(':')) {
      yield { kind: 'comment' };
    } else if (line === '') {
      if (fields.data.length > 0)
        yield { kind: 'event', event: fields.event, data: fields.data.join('\n'), id: fields.id };
      fields = { ...emptyFields(), id: fields.id };
    } else {
      const [name, value] = fieldOf(line);
      if (name === 'data') fields.data.push(value);
      else if (name === 'event') fields.event = value;
      else if (name === 'id' && !value.includes('\0')) fields.id = value;
      else if (name === 'retry' && /^\d{1,9}$/.test(value)) yield { kind: 'retry', retryMs: Number(value) };
    }
  }
}

interface Fields {
  event: string;
  data: string[];
  id: string | undefined;
}

const emptyFields = (): Fields => ({ event: 'message', data: [], id: undefined });

function fieldOf(line: string): [name: string, value: string] {
  const colon = line.indexOf(':');
  if (colon < 0) return [line, ''];
  const value = line.slice(colon + 1);
  return [line.slice(0, colon), value.startsWith(' ') ? value.slice(1) : value];
}

/** Lines end with CR, LF or both. A CR at the end of a chunk may be half of both, so it waits for the next one. */
async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest.endsWith('\r')) yield rest.slice(0, -1);
}
