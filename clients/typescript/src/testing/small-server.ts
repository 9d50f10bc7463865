import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the server was asked. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Answer = (asked: Asked, response: ServerResponse) => void;

/** A real HTTP server on this machine that answers as a test says, and remembers what it was asked. */
export class SmallServer {
  readonly asked: Asked[] = [];
  answer: Answer = json({});
  private constructor(private readonly server: Server) {}

  static async start(): Promise<SmallServer> {
    const server = createServer();
    const small = new SmallServer(server);
    server.on(
      'request',
      (request: IncomingMessage, response: ServerResponse) => void small.take(request, response),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return small;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** One answer after the other; the last one stays. */
  inTurn(...answers: Answer[]): void {
    let next = 0;
    this.answer = (asked, response) => answers[Math.min(next++, answers.length - 1)]?.(asked, response);
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { headers, method = '', url = '' } = request;
    const asked = { method, url, headers, body: Buffer.concat(chunks).toString('utf8') };
    this.asked.push(asked);
    this.answer(asked, response);
  }
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Answer {
  return (_asked, response) => {
    const type = status >= 400 ? 'application/problem+json' : 'application/json';
    response.writeHead(status, { 'content-type': type, ...headers }).end(JSON.stringify(body));
  };
}

/** Sends pieces of a stream of events, then ends it. */
export function events(...pieces: string[]): Answer {
  return (_asked, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const piece of pieces) response.write(piece);
    response.end();
  };
}
