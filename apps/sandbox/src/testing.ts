import type { Vendor } from './world/device';
import { ManualClock } from './manual-clock';
import { Sandbox, type SandboxOptions } from './sandbox';
import { stepS } from './world/world';

export { ManualClock };

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed JSON; undefined when it is none. */
  readonly body: unknown;
}

/** A sandbox on a free port and a small client, for the HTTP tests. */
export class TestSandbox {
  private constructor(
    readonly sandbox: Sandbox,
    readonly clock: ManualClock,
    readonly url: string,
  ) {}

  static async start(size: Partial<SandboxOptions['size']>): Promise<TestSandbox> {
    const clock = new ManualClock(Date.UTC(2026, 0, 15, 16));
    const none = { heatingcontrol: 0, istabai: 0, nox: 0, microclimates: 0 };
    const options = { seed: 1, size: { ...none, ...size }, overrideShare: 0, warmUpH: 24 };
    const sandbox = new Sandbox(options, clock);
    return new TestSandbox(sandbox, clock, await sandbox.listen('127.0.0.1', 0));
  }

  /** Moves the clock and waits until the homes have caught up with it. */
  async move(ms: number): Promise<void> {
    this.clock.move(ms);
    while (this.clock.now() - this.sandbox.world.now >= stepS * 1000) await this.call('/control/health');
  }

  close(): Promise<void> {
    return this.sandbox.close();
  }

  async call(
    path: string,
    options: {
      method?: string;
      headers?: Record<string, string>;
      json?: unknown;
      form?: Record<string, string>;
    } = {},
  ): Promise<Answer> {
    const { json, form } = options;
    const body = form ? new URLSearchParams(form) : json === undefined ? null : JSON.stringify(json);
    const headers = {
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    };
    const method = options.method ?? (body === null ? 'GET' : 'POST');
    const response = await fetch(this.url + path, { method, headers, body });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) };
  }

  fault(vendor: Vendor, fault: string, extra: Record<string, unknown> = {}): Promise<Answer> {
    return this.call('/control/faults', { json: { vendor, fault, on: true, ...extra } });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
