import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { FaultBoard } from '../control/faults';
import type { RequestLog } from '../control/request-log';
import type { WriteLedger } from '../control/write-ledger';
import type { Instant } from '@warmshift/domain';
import type { SimDevice, Vendor } from '../world/device';
import { BadBody, fieldsOf, readBody } from './body';
import { disfigured } from './disfigure';
import { matchRoute, type ApplyWrite, type CloudFront, type Reply, type Route } from './routes';

export interface HttpParts {
  readonly fronts: readonly CloudFront[];
  readonly control: readonly Route[];
  readonly faults: FaultBoard;
  readonly writes: WriteLedger;
  readonly requests: RequestLog;
  /** Lets the homes catch up before anything is answered. */
  advance(): void;
  /** Instant of the world, for the ledger of writes. */
  worldNow(): Instant;
  now(): Instant;
  device(vendor: Vendor, vendorDeviceId: string): SimDevice | undefined;
}

const controlPrefix = '/control';

/** One server for all fronts: finds the front by its prefix and lets switched-on faults do their harm. */
export function createHttpServer(parts: HttpParts): Server {
  return createServer((request, response) => {
    void answer(parts, request, response).catch((error: unknown) => {
      process.stderr.write(
        `sandbox: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      );
      if (response.headersSent) response.destroy();
      else send(response, { status: 500, body: { error: 'The sandbox itself failed; see its log.' } });
    });
  });
}

async function answer(parts: HttpParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://sandbox');
  const path = decodePath(url.pathname);
  parts.advance();
  const front = parts.fronts.find(({ prefix }) => path.startsWith(`${prefix}/`));
  if (front) return answerFront(parts, front, path.slice(front.prefix.length), url, request, response);
  if (path.startsWith(`${controlPrefix}/`)) {
    const failure: Failure = (status, error) => ({ status, body: { error } });
    const rest = path.slice(controlPrefix.length);
    const found = await run(parts.control, rest, url, request, refuseWrites, failure);
    return send(response, found?.reply ?? failure(404, `There is no ${path} here.`));
  }
  const places = [...parts.fronts.map(({ prefix }) => prefix), controlPrefix];
  return send(response, { status: 404, body: { error: 'Nothing here.', try: places } });
}

async function answerFront(
  parts: HttpParts,
  front: CloudFront,
  path: string,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { faults } = parts;
  const { vendor } = front;
  parts.requests.note(vendor, parts.now());
  if (faults.hits(vendor, 'connection-reset')) return void request.socket.destroy();
  if (faults.hits(vendor, 'http-500')) return send(response, front.failure(500, 'Internal server error'));
  const limited = faults.hits(vendor, 'rate-limited');
  if (limited) {
    const headers = { 'retry-after': String(limited.retryAfterS) };
    return send(response, { ...front.failure(429, 'Too many requests'), headers });
  }
  const failure: Failure = (status, message) => front.failure(status, message);
  const found = await run(front.routes, path, url, request, writerFor(parts, front), failure);
  if (found?.write && faults.hits(vendor, 'lost-response')) return void request.socket.destroy();
  const slow = faults.hits(vendor, 'slow');
  if (slow) await new Promise((resolve) => setTimeout(resolve, slow.delayMs));
  if (faults.hits(vendor, 'html-body')) return sendHtml(response);
  const asHtml = faults.on(vendor, 'html-content-type');
  if (found?.about !== undefined && !found.write && found.reply.status === 200)
    parts.writes.noteRead(vendor, found.about, Date.now());
  const reply = found ? disfigured(faults, vendor, found) : failure(404, `There is no ${path}`);
  send(response, reply, asHtml ? 'text/html' : undefined);
}

type Failure = (status: number, message: string) => Reply;

async function run(
  routes: readonly Route[],
  path: string,
  url: URL,
  request: IncomingMessage,
  apply: ApplyWrite,
  failure: Failure,
): Promise<{ readonly reply: Reply; readonly write: boolean; readonly about?: string } | undefined> {
  const method = request.method ?? 'GET';
  const match = matchRoute(routes, method, path);
  if (!match) return undefined;
  const { searchParams: query } = url;
  const { headers } = request;
  try {
    const body = await readBody(request);
    const reply = match.route.handle({ method, path, query, headers, body, params: match.params, apply });
    const asked = query.get('device_id') ?? query.get('home_id');
    const about = match.params['id'] ?? asked ?? fieldsOf(body)['home_id'];
    return {
      reply,
      write: match.route.write === true,
      ...(typeof about === 'string' || typeof about === 'number' ? { about: String(about) } : {}),
    };
  } catch (error) {
    if (error instanceof BadBody) return { reply: failure(error.status, error.message), write: false };
    throw error;
  }
}

/** Writes of one vendor go through the ledger, where faults may drop or delay them. */
function writerFor({ faults, writes, worldNow, device }: HttpParts, { vendor }: CloudFront): ApplyWrite {
  return (write, change) => {
    const applied = faults.hits(vendor, 'not-applied')
      ? 'never'
      : faults.hits(vendor, 'applied-late')
        ? 'late'
        : 'now';
    const entry = { ...write, vendor, at: worldNow(), realAt: Date.now(), applied } as const;
    writes.record(entry, device(vendor, write.vendorDeviceId), change);
  };
}

function refuseWrites(): never {
  throw new Error('the control API has no vendor writes');
}

function send(response: ServerResponse, reply: Reply, contentType = 'application/json; charset=utf-8'): void {
  if (response.destroyed) return;
  const text = reply.body === undefined ? undefined : JSON.stringify(reply.body);
  response.writeHead(reply.status, {
    ...(text === undefined ? {} : { 'content-type': contentType, 'content-length': Buffer.byteLength(text) }),
    ...reply.headers,
  });
  response.end(text);
}

function sendHtml(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
  response.end('<html><body><h1>We will be back soon</h1></body></html>');
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
