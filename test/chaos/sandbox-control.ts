import { JsonHttp } from '../../tools/demo/http';
import { SandboxTruth, type SandboxConnection, type TrueDevice } from '../../tools/demo/sandbox-truth';
import type { Override, Physics, Span, Write } from './evidence';

export const steerableVendors = ['heatingcontrol', 'istabai', 'nox'] as const;
export type SteerableVendor = (typeof steerableVendors)[number];

type Named<T> = Omit<T, 'key' | 'realAt'> & { readonly vendor: string; readonly vendorDeviceId: string };
type WireWrite = Named<Omit<Write, 'what' | 'readRealAt'>> & {
  readonly what: unknown;
  readonly realAt: string;
  readonly readRealAt: string | null;
};
interface WireSpan extends Named<object> {
  readonly startedRealAt: string;
  readonly endedRealAt: string | null;
}
interface Judgement {
  readonly cycles: {
    readonly overThroughSteering: readonly (Named<object> & {
      readonly startsSteered: number;
      readonly startsTwin: number;
      readonly maxCyclesPerDay: number;
    })[];
  };
  readonly comfort: { readonly devices: readonly (Named<object> & { readonly minutes: number })[] };
  readonly legionella: { readonly missedThroughSteering: readonly Named<object>[] };
  readonly steeredNow: readonly Named<object>[];
}

/** The switches and the records of a run's sandbox. */
export class SandboxControl {
  private readonly http: JsonHttp;
  private readonly truth: SandboxTruth;

  constructor(url: string) {
    this.http = new JsonHttp(`${url}/control`);
    this.truth = new SandboxTruth(url);
  }

  async connections(): Promise<SandboxConnection[]> {
    const all = await this.truth.connections();
    return all.filter(({ vendor }) => steerableVendors.some((steerable) => steerable === vendor));
  }

  devices(): Promise<readonly TrueDevice[]> {
    return this.truth.devices();
  }

  async steeredNow(): Promise<string[]> {
    return (await this.http.get<Judgement>('/judgement')).steeredNow.map(keyOf);
  }

  switchOn(vendor: SteerableVendor, fault: string, extra: Record<string, number> = {}): Promise<unknown> {
    return this.http.post('/faults', { vendor, fault, on: true, ...extra });
  }

  switchOff(vendor: SteerableVendor, fault: string): Promise<unknown> {
    return this.http.post('/faults', { vendor, fault, on: false });
  }

  override(key: string, setpointC: number): Promise<unknown> {
    const [vendor, vendorDeviceId] = key.split('/');
    return this.http.post('/overrides', { vendor, vendorDeviceId, setpointC });
  }

  async writes(): Promise<Write[]> {
    const { writes } = await this.http.get<{ writes: WireWrite[] }>('/writes');
    return writes.map(({ realAt, readRealAt, what, ...write }) => ({
      ...write,
      key: keyOf(write),
      what: JSON.stringify(what),
      realAt: Date.parse(realAt),
      readRealAt: readRealAt === null ? undefined : Date.parse(readRealAt),
    }));
  }

  async spans(from: number): Promise<Span[]> {
    const { spans } = await this.http.get<{ spans: WireSpan[] }>(`/steering?from=${from}`);
    return spans.map((span) => ({
      key: keyOf(span),
      startedRealAt: Date.parse(span.startedRealAt),
      endedRealAt: span.endedRealAt === null ? undefined : Date.parse(span.endedRealAt),
    }));
  }

  async overrides(): Promise<Override[]> {
    const { overrides } = await this.http.get<{ overrides: (Named<object> & { realAt: string })[] }>(
      '/overrides',
    );
    return overrides.map((act) => ({ key: keyOf(act), realAt: Date.parse(act.realAt) }));
  }

  /** A pump that had used up its starts before anybody steered it is nobody's fault: no vendor tells of those. */
  async physics(from: number): Promise<Physics> {
    const { cycles, comfort, legionella } = await this.http.get<Judgement>(`/judgement?from=${from}`);
    return {
      cycles: cycles.overThroughSteering
        .filter(({ startsTwin, maxCyclesPerDay }) => startsTwin < maxCyclesPerDay)
        .map((day) => `${keyOf(day)}: ${day.startsSteered} starts, ${day.maxCyclesPerDay} allowed`),
      comfort: comfort.devices.map((home) => `${keyOf(home)}: ${home.minutes} min below a comfort limit`),
      legionella: legionella.missedThroughSteering.map((pump) => `${keyOf(pump)}: a disinfection was missed`),
    };
  }
}

export function keyOf({ vendor, vendorDeviceId }: { vendor: string; vendorDeviceId: string }): string {
  return `${vendor}/${vendorDeviceId}`;
}
