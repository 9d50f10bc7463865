import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { Instant } from '@warmshift/domain';
import { createCredentials, type CloudContext, type SandboxCredentials } from './clouds/cloud-context';
import { HeatingControlCloud } from './clouds/heatingcontrol/heatingcontrol-cloud';
import { IstabaiCloud } from './clouds/istabai/istabai-cloud';
import { MicroclimatesCloud } from './clouds/microclimates/microclimates-cloud';
import { NoxCloud } from './clouds/nox/nox-cloud';
import { controlRoutes } from './control/control-routes';
import { FaultBoard } from './control/faults';
import { RequestLog } from './control/request-log';
import { WriteLedger } from './control/write-ledger';
import { createHttpServer } from './http/http-server';
import { ManualClock } from './manual-clock';
import type { FleetSize } from './world/fleet';
import { stepS, World } from './world/world';

export interface SandboxClock {
  now(): Instant;
}

export interface SandboxOptions {
  readonly seed: number;
  readonly size: FleetSize;
  readonly overrideShare: number;
  readonly warmUpH?: number | undefined;
}

/** Real ms that the homes may be moved on for before a request is answered. */
const budgetMs = 25;
const tickMs = 100;

/** The four clouds and their homes behind one port. */
export class Sandbox {
  readonly world: World;
  readonly faults: FaultBoard;
  readonly writes = new WriteLedger();
  readonly requests = new RequestLog();
  readonly credentials: SandboxCredentials;
  private readonly server: Server;
  private timer: NodeJS.Timeout | undefined;
  private url = '';

  constructor(
    options: SandboxOptions,
    private readonly clock: SandboxClock,
  ) {
    this.world = new World({ ...options, startsAt: clock.now() });
    this.catchUp();
    this.faults = new FaultBoard(this.world.devices);
    this.credentials = createCredentials(options.seed);
    const { world, faults, writes, requests, credentials } = this;
    const context: CloudContext = { seed: options.seed, world, faults, now: () => clock.now() };
    this.server = createHttpServer({
      fronts: [
        new HeatingControlCloud(context, credentials.heatingcontrol),
        new IstabaiCloud(context, credentials.istabai),
        new NoxCloud(context, credentials.nox),
        new MicroclimatesCloud(context, credentials.microclimates),
      ],
      control: controlRoutes({
        context,
        credentials,
        writes,
        requests,
        baseUrl: () => this.url,
        ...(clock instanceof ManualClock ? { moveClock: (ms) => this.moveClock(clock, ms) } : {}),
      }),
      faults,
      writes,
      advance: () => this.advance(),
      requests,
      worldNow: () => world.now,
      now: () => clock.now(),
      device: (vendor, vendorDeviceId) => world.device(vendor, vendorDeviceId),
    });
  }

  /** Resolves with the base URL once requests are taken. */
  async listen(host: string, port: number): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, resolve);
    });
    const { port: bound } = this.server.address() as AddressInfo;
    this.url = `http://${host.includes(':') ? `[${host}]` : host}:${bound}`;
    this.timer = setInterval(() => this.advance(), tickMs);
    return this.url;
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  /** A fast clock has gone on while the homes were warmed up: before the first request nobody waits for them. */
  private catchUp(): void {
    for (let round = 0; round < 3; round++) this.world.advanceTo(this.clock.now());
  }

  /** Moves a clock that stands still, and all homes with it. */
  private moveClock(clock: ManualClock, ms: number): void {
    clock.move(ms);
    while (this.world.now + stepS * 1000 <= clock.now()) this.advance();
    this.advance();
  }

  /** Moves the homes up to the clock, a little at a time; delayed writes take effect in between. */
  private advance(): void {
    const until = performance.now() + budgetMs;
    const target = this.clock.now();
    do {
      this.writes.flush(this.world.now);
      if (this.world.now + stepS * 1000 > target) return;
      this.world.advanceTo(this.world.now + stepS * 1000);
    } while (performance.now() < until);
  }
}
