import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Instant } from '@warmshift/domain';
import { hourMs, minuteMs } from '@warmshift/domain';
import { z } from 'zod';
import { FakeFaults, garbled } from './fake-faults';
import { FakeHouse } from './fake-house';

const usualStart = Date.UTC(2026, 0, 15, 16);
const lateByMs = 30_000;
/** For the clock of the sender. */
const graceMs = minuteMs;

export interface FakeDevice {
  readonly id: string;
  readonly house: FakeHouse;
  readonly steeringAllowed: boolean;
  online: boolean;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const orderSchema = z.union([
  z.object({ mode: z.null() }),
  z.object({
    mode: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]),
    until: z.iso.datetime({ offset: true }).transform((stamp) => Date.parse(stamp)),
  }),
]);
type Order = z.output<typeof orderSchema>;

/** A controller that speaks INTERFACE.md over HTTP on a free loopback port, with houses behind it and a clock of its own. */
export class FakeController {
  readonly faults = new FakeFaults();
  readonly devices: readonly FakeDevice[];
  requests = 0;
  private now: Instant;
  private late: { readonly at: Instant; readonly apply: () => void }[] = [];
  private readonly server: Server;

  constructor(
    readonly token: string,
    startsAt: Instant = usualStart,
  ) {
    this.now = startsAt;
    this.devices = someDevices(startsAt);
    this.server = createServer((request, response) => {
      void this.serve(request, response).catch(() => response.destroy());
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  time(): Instant {
    return this.now;
  }

  advance(ms: number): void {
    const end = this.now + ms;
    for (const { at, apply } of this.late.filter((order) => order.at <= end)) {
      this.runTo(at);
      apply();
    }
    this.late = this.late.filter((order) => order.at > end);
    this.runTo(end);
  }

  device(id: string): FakeDevice {
    const found = this.devices.find((device) => device.id === id);
    if (found === undefined) throw new Error(`there is no device ${id}`);
    return found;
  }

  private runTo(instant: Instant): void {
    this.now = Math.max(this.now, instant);
    for (const { house } of this.devices) house.runUntil(this.now);
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests += 1;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const isWrite = request.method === 'PUT';
    if (this.faults.hits('connection-reset')) return void response.destroy();
    if (this.faults.hits('slow')) await new Promise((resolve) => setTimeout(resolve, 50));
    const answer = this.refusal(request) ?? this.answer(request, Buffer.concat(chunks).toString('utf8'));
    if (isWrite && answer.status === 200 && this.faults.hits('lost-response')) return void response.destroy();
    this.give(response, answer, isWrite);
  }

  private give(response: ServerResponse, { status, body, headers }: Answer, isWrite: boolean): void {
    const html = status === 200 && this.faults.hits('html-body');
    const type = html || this.faults.hits('html-content-type') ? 'text/html' : 'application/json';
    const empty = isWrite && status === 200 && this.faults.hits('empty-reply');
    response.writeHead(status, { 'content-type': type, ...headers });
    response.end(
      html
        ? '<html><body>Welcome</body></html>'
        : empty
          ? ''
          : JSON.stringify(isWrite ? body : this.garbled(body)),
    );
  }

  private garbled(body: unknown): unknown {
    return garbled(body, () => this.faults.hits('malformed-fields'));
  }

  private refusal({ headers }: IncomingMessage): Answer | undefined {
    if (this.faults.hits('http-500')) return failure(500, 'INTERNAL', 'Something broke.');
    if (this.faults.hits('rate-limited'))
      return { ...failure(429, 'TOO_MANY', 'Slow down.'), headers: { 'retry-after': '5' } };
    const known =
      headers.authorization === `Bearer ${this.token}` && !this.faults.hits('expired-credentials');
    return known ? undefined : failure(401, 'UNAUTHORIZED', 'The token is not known.');
  }

  private answer({ method, url = '/' }: IncomingMessage, body: string): Answer {
    if (method === 'GET' && url === '/devices') return this.list();
    const [, id, order] = /^\/devices\/([^/]+)(\/sg-ready)?$/.exec(url) ?? [];
    const device = this.devices.find((one) => one.id === decodeURIComponent(id ?? ''));
    if (device === undefined) return failure(404, 'NOT_FOUND', 'There is no such device.');
    if (method === 'GET' && order === undefined) return { status: 200, body: this.show(device) };
    if (method === 'PUT' && order !== undefined) return this.order(device, body);
    return failure(405, 'METHOD_NOT_ALLOWED', 'This cannot be done here.');
  }

  private list(): Answer {
    const devices: unknown[] = this.devices.map((device) => this.show(device));
    if (this.faults.hits('malformed-device')) devices[0] = { name: 'no id' };
    if (this.faults.hits('vanishing-device')) devices.pop();
    return { status: 200, body: { controller: 'Mill Lane', total: this.devices.length, devices } };
  }

  private order(device: FakeDevice, body: string): Answer {
    const parsed = orderSchema.safeParse(jsonOrNothing(body));
    if (!parsed.success) return failure(422, 'INVALID', 'mode must be null, or 1 to 4 with an until.');
    const order = parsed.data;
    if (!this.isOnline(device)) return failure(409, 'DEVICE_OFFLINE', 'The device does not answer.');
    if (order.mode !== null) {
      if (!device.steeringAllowed)
        return failure(409, 'STEERING_NOT_ALLOWED', 'The owner wants no override.');
      if (order.until <= this.now || order.until > this.now + 2 * hourMs + graceMs)
        return failure(422, 'INVALID', 'until must be in the future and at most 2 hours away.');
    }
    const apply = () => setOverride(device, order);
    if (this.faults.hits('applied-late')) this.late.push({ at: this.now + lateByMs, apply });
    else if (!this.faults.hits('not-applied')) apply();
    return { status: 200, body: this.show(device) };
  }

  private isOnline(device: FakeDevice): boolean {
    return device.online && !this.faults.hits('offline-devices');
  }

  private show(device: FakeDevice): Record<string, unknown> {
    const { house } = device;
    const shown = {
      id: device.id,
      name: `Mill Lane ${device.id}`,
      brand: 'Own make',
      site: {
        id: `home-${device.id}`,
        name: `Mill Lane ${device.id}`,
        time_zone: 'Europe/Brussels',
        country: 'BE',
      },
      rated_power: house.ratedPowerW,
      steering_allowed: device.steeringAllowed,
      state: {
        updated_at: new Date(this.now).toISOString(),
        online: this.isOnline(device),
        fault: false,
        sg_ready: house.mode,
        local_sg_ready: house.localMode,
        override: house.override && { mode: house.override.mode, until: iso(house.override.until) },
        user_changed_at: iso(house.userChangedAt),
        power: house.powerW,
        running: house.doing !== 'nothing',
        room_temperature: rounded(house.roomC),
        room_setpoint: house.setpointC,
        raised_room_setpoint: house.raisedSetpointC,
        tank_temperature: house.tankC === undefined ? null : rounded(house.tankC),
        disinfecting: house.disinfecting,
      },
    };
    const state: Record<string, unknown> = { ...shown.state, override: shown.state.override ?? null };
    if (this.faults.hits('unknown-words')) Object.assign(state, { sg_ready: 'turbo', weather: { wind: 3 } });
    return { ...shown, state };
  }
}

function setOverride({ house }: FakeDevice, order: Order): void {
  house.override = order.mode === null ? undefined : { mode: order.mode, until: order.until };
}

/** Ordinary homes, and one of each kind that must not be steered. */
function someDevices(now: Instant): FakeDevice[] {
  const house = (setpointC: number, tankC?: number) =>
    new FakeHouse({ setpointC, roomC: setpointC, tankC, ratedPowerW: 2_400 }, now);
  const device = (id: string, ofHouse: FakeHouse, changes: Partial<FakeDevice> = {}): FakeDevice => ({
    id,
    house: ofHouse,
    steeringAllowed: true,
    online: true,
    ...changes,
  });
  const locked = house(21, 49);
  locked.localMode = 1;
  const disinfecting = house(20.5, 60);
  disinfecting.disinfecting = true;
  const ordinary = Array.from({ length: 8 }, (_none, n) =>
    device(`hp-${n + 1}`, house(20 + (n % 4) / 2, n % 2 ? 50 : undefined)),
  );
  return [
    ...ordinary,
    device('hp/α 9', house(21, 50)),
    device('hp-private', house(21, 50), { steeringAllowed: false }),
    device('hp-locked', locked),
    device('hp-disinfecting', disinfecting),
  ];
}

function failure(status: number, code: string, message: string): Answer {
  return { status, body: { error: { code, message } } };
}

function iso(instant: Instant | undefined): string | null {
  return instant === undefined ? null : new Date(instant).toISOString();
}

function rounded(celsius: number): number {
  return Math.round(celsius * 10) / 10;
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
