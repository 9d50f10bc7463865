import { Agent, request } from 'undici';

/** A heater in the sandbox's cloud that a decrease would change. */
export interface Heater {
  readonly vendorDeviceId: string;
  readonly temperatureC: number;
  readonly targetC: number;
  readonly powerW: number;
  readonly maxPowerW: number;
}

interface WireState {
  readonly type: string;
  readonly online: boolean;
  readonly mode: string;
  readonly currentTemperature: number;
  readonly targetTemperature: number;
  readonly temperatureUnits: string;
  readonly power: number;
  readonly maxPower: number;
}

/** HeatingControl by the shortest way there is: one undici agent, no parsing but what the next request needs. */
export class BareClient {
  private readonly agent: Agent;
  private token = '';

  constructor(
    private readonly baseUrl: string,
    private readonly credentials: Readonly<Record<string, unknown>>,
    private readonly concurrency: number,
  ) {
    this.agent = new Agent({ connections: concurrency });
  }

  async logIn(): Promise<void> {
    const { clientId, clientSecret } = this.credentials;
    const answer = await this.call('POST', '/v1/oauth/token', {
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    });
    this.token = (JSON.parse(answer) as { access_token: string }).access_token;
  }

  /** Those of the devices that are switched on, in reach, show °C and hold a room that can be lowered. */
  async steerable(vendorDeviceIds: readonly string[], wanted: number): Promise<Heater[]> {
    const found: Heater[] = [];
    await this.forEach(vendorDeviceIds, async (id) => {
      if (found.length >= wanted) return;
      const state = JSON.parse(await this.call('GET', `/v1/devices/${id}/state`)) as WireState;
      const fits = state.type === 'heater' && state.online && state.temperatureUnits === 'C';
      if (!fits || !['auto', 'manual'].includes(state.mode) || state.targetTemperature < 19.5) return;
      if (found.length >= wanted) return;
      found.push({
        vendorDeviceId: id,
        temperatureC: state.currentTemperature,
        targetC: state.targetTemperature,
        powerW: state.power,
        maxPowerW: state.maxPower,
      });
    });
    return found;
  }

  /** What one dispatch asks of the vendor: what the device takes, what it shows, and the command. */
  dispatchAll(vendorDeviceIds: readonly string[]): Promise<void> {
    return this.forEach(vendorDeviceIds, async (id) => {
      await this.call('GET', `/v1/devices/${id}/commands`);
      await this.call('GET', `/v1/devices/${id}/state`);
      await this.call('POST', `/v1/devices/${id}/commands/setMode`, {
        params: { mode: 'manual', temperature: 18 },
      });
    });
  }

  close(): Promise<void> {
    return this.agent.close();
  }

  private async forEach(ids: readonly string[], work: (id: string) => Promise<void>): Promise<void> {
    const next = ids.values();
    const lane = async (): Promise<void> => {
      for (const id of next) await work(id);
    };
    await Promise.all(Array.from({ length: this.concurrency }, lane));
  }

  private async call(method: 'GET' | 'POST', path: string, body?: unknown): Promise<string> {
    const { statusCode, body: answer } = await request(`${this.baseUrl}${path}`, {
      dispatcher: this.agent,
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await answer.text();
    if (statusCode >= 300) throw new Error(`${method} ${path}: ${statusCode} ${text}`);
    return text;
  }
}
