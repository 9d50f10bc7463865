import { JsonHttp } from './http';
import type { Judgement } from './verdict';

export interface TrueDevice {
  readonly vendor: string;
  readonly vendorDeviceId: string;
}

interface PowerSlot {
  readonly startsAt: string;
  readonly byVendor: Readonly<Record<string, { readonly actualW: number; readonly twinW: number }>>;
}

/** kW of one slot, steered homes against their twins that nobody steers. */
export interface TruePower {
  readonly startsAt: number;
  readonly actualKw: number;
  readonly twinKw: number;
  /** Of every vendor: without steering less what was drawn. */
  readonly savedKw: Readonly<Record<string, number>>;
}

export interface SandboxConnection {
  readonly vendor: string;
  readonly baseUrl: string;
  readonly credentials: Record<string, unknown>;
  readonly settings: Record<string, unknown>;
}

/** What is true in the simulated homes, as the sandbox records it from its own physics. */
export class SandboxTruth {
  private readonly http: JsonHttp;

  constructor(url: string) {
    this.http = new JsonHttp(`${url}/control`);
  }

  connections(): Promise<SandboxConnection[]> {
    return this.http.get('/connections');
  }

  async devices(): Promise<readonly TrueDevice[]> {
    return (await this.http.get<{ devices: TrueDevice[] }>('/fleet')).devices;
  }

  async power(from: number, to: number): Promise<TruePower[]> {
    const { slots } = await this.http.get<{ slots: PowerSlot[] }>(`/power?from=${iso(from)}&to=${iso(to)}`);
    return slots.map(({ startsAt, byVendor }) => {
      const vendors = Object.values(byVendor);
      return {
        startsAt: Date.parse(startsAt),
        actualKw: vendors.reduce((sum, { actualW }) => sum + actualW, 0) / 1000,
        twinKw: vendors.reduce((sum, { twinW }) => sum + twinW, 0) / 1000,
        savedKw: Object.fromEntries(
          Object.entries(byVendor).map(([vendor, { actualW, twinW }]) => [vendor, (twinW - actualW) / 1000]),
        ),
      };
    });
  }

  /** The homes are simulated up to here: behind the clock when the machine is too slow. */
  async lastsUntil(): Promise<number> {
    return Date.parse((await this.http.get<{ worldNow: string }>('/health')).worldNow);
  }

  judgement(from: number, to: number): Promise<Judgement> {
    return this.http.get(`/judgement?from=${iso(from)}&to=${iso(to)}`);
  }
}

function iso(instant: number): string {
  return new Date(instant).toISOString();
}
