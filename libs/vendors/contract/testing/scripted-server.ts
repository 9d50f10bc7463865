import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  /** Path with query. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface ScriptedAnswer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  /** A text as it is; anything else as JSON. */
  readonly body?: unknown;
}

/** `hang`: take the request and never answer. `drop`: cut the connection. */
export type Script = (request: SeenRequest) => ScriptedAnswer | 'hang' | 'drop';

export interface ScriptedServer {
  readonly baseUrl: string;
  readonly seen: SeenRequest[];
  /** Replaces the script. */
  answer(script: Script): void;
  close(): Promise<void>;
}

/** A small HTTP server on a free loopback port that answers as it is told, for specs. */
export async function scriptedServer(script: Script = () => ({ status: 404 })): Promise<ScriptedServer> {
  let current = script;
  const seen: SeenRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    void receive(incoming).then((request) => {
      seen.push(request);
      give(outgoing, current(request));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    answer: (next) => {
      current = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function receive(incoming: IncomingMessage): Promise<SeenRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return {
    method: incoming.method ?? '',
    url: incoming.url ?? '',
    headers: incoming.headers,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

function give(outgoing: ServerResponse, answer: ReturnType<Script>): void {
  if (answer === 'hang') return;
  if (answer === 'drop') {
    outgoing.destroy();
    return;
  }
  const { status = 200, headers = {}, body = '' } = answer;
  const isText = typeof body === 'string';
  outgoing.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json', ...headers });
  outgoing.end(isText ? body : JSON.stringify(body));
}
