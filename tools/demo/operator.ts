import { JsonHttp } from './http';

export interface Connection {
  readonly connectionId: string;
  readonly vendor: string;
  readonly status: string;
  readonly statusReason?: string;
  readonly lastDiscoveredAt?: string;
}

export interface Device {
  readonly vendor: string;
  readonly vendorDeviceId: string;
  readonly kind: string;
  readonly zones: readonly {
    readonly zone: string;
    readonly status?: { readonly code: string; readonly reason: string };
  }[];
}

export interface PlanSlot {
  readonly startsAt: string;
  readonly targetKw?: number;
  readonly expectedKw: number;
  readonly promisedKw: number;
  readonly shortfallKw: number;
}

export interface Plan {
  readonly slots: readonly PlanSlot[];
  readonly chosen: number;
  readonly reboundKwh: number;
  readonly leftOutByCode: readonly { readonly code: string; readonly zones: number }[];
}

export interface Order {
  readonly name: string;
  readonly direction: 'decrease';
  readonly startsAt: string;
  readonly endsAt: string;
  readonly targetKw?: number;
  readonly seed: number;
  readonly confidence?: 'P50' | 'P90';
  readonly releaseCapKw?: number;
}

export interface Occurrence {
  readonly occurrenceId: string;
  readonly status: string;
}

export interface Report {
  readonly slots: readonly {
    readonly startsAt: string;
    readonly askedKw?: number;
    readonly promisedKw: number;
    readonly commandedKw: number;
    readonly acknowledgedKw: number;
    readonly observedKw?: number;
  }[];
  readonly byVendor: readonly {
    readonly vendor: string;
    readonly actions: number;
    readonly measured: number;
    readonly observedKwh: number;
  }[];
  readonly outcomes: Readonly<Record<string, number>>;
  readonly reasons: Readonly<Record<string, number>>;
}

export interface PlannedAction {
  readonly vendor: string;
  readonly state: string;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly expectedYieldKw: number;
  readonly activeAt?: string;
}

interface Page<T> {
  readonly data: readonly T[];
  readonly nextCursor: string | null;
}

/** What an operator does through the admin API, with an operator's key. */
export class Operator {
  private readonly http: JsonHttp;

  constructor(apiUrl: string, apiKey: string) {
    this.http = new JsonHttp(apiUrl, { 'x-api-key': apiKey });
  }

  newKey(
    name: string,
    role: 'viewer' | 'operator' | 'admin',
  ): Promise<{ readonly key: string; readonly prefix: string }> {
    return this.http.post('/admin/v1/api-keys', { name, role });
  }

  connect(connection: {
    vendor: string;
    baseUrl: string;
    credentials: object;
    settings: object;
    requestsPerSecond?: number;
  }): Promise<Connection> {
    return this.http.post('/admin/v1/connections', { name: `${connection.vendor} demo`, ...connection });
  }

  async connections(): Promise<readonly Connection[]> {
    return (await this.http.get<Page<Connection>>('/admin/v1/connections')).data;
  }

  devices(): Promise<Device[]> {
    return this.all<Device>('/admin/v1/devices');
  }

  preview(order: Order): Promise<Plan> {
    return this.http.post('/admin/v1/campaigns/preview', order);
  }

  async start(order: Order): Promise<Occurrence> {
    const campaign = await this.http.post<{ occurrences: Occurrence[] }>('/admin/v1/campaigns', order);
    const [occurrence] = campaign.occurrences;
    if (!occurrence) throw new Error('The campaign has no occurrence.');
    return occurrence;
  }

  occurrence(id: string): Promise<Occurrence> {
    return this.http.get(`/admin/v1/occurrences/${id}`);
  }

  plan(id: string): Promise<Plan> {
    return this.http.get(`/admin/v1/occurrences/${id}/plan?limit=1`);
  }

  report(id: string): Promise<Report> {
    return this.http.get(`/admin/v1/occurrences/${id}/report`);
  }

  actions(id: string): Promise<PlannedAction[]> {
    return this.all<PlannedAction>(`/admin/v1/occurrences/${id}/actions`);
  }

  async states(id: string): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { state } of await this.actions(id)) {
      counts[state] = (counts[state] ?? 0) + 1;
    }
    return counts;
  }

  private async all<T>(path: string): Promise<T[]> {
    const rows: T[] = [];
    let cursor: string | null = null;
    do {
      const page: Page<T> = await this.http.get<Page<T>>(
        `${path}?limit=1000${cursor === null ? '' : `&cursor=${cursor}`}`,
      );
      rows.push(...page.data);
      cursor = page.nextCursor;
    } while (cursor !== null);
    return rows;
  }
}
