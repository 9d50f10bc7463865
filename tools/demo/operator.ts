import { Warmshift, type Schemas } from '@warmshift/client';

export type Connection = Schemas['ConnectionAnswer'];
export type Device = Schemas['DevicesPage']['data'][number];
export type PlanSlot = Plan['slots'][number];
export type Plan = Pick<Schemas['PlanAnswer'], 'slots' | 'chosen' | 'reboundKwh' | 'leftOutByCode'>;
export type Order = Schemas['CampaignOrderBody'] & { readonly startsAt: string; readonly endsAt: string };
export type Occurrence = Schemas['CampaignAnswer']['occurrences'][number];
export type Report = Schemas['ReportAnswer'];
export type PlannedAction = Schemas['ActionsPage']['data'][number];

/** What an operator does through the admin API, with an operator's key. */
export class Operator {
  private readonly warmshift: Warmshift;

  constructor(baseUrl: string, apiKey: string) {
    this.warmshift = new Warmshift({ baseUrl, apiKey });
  }

  newKey(
    name: string,
    role: Schemas['NewApiKeyBody']['role'],
  ): Promise<{ readonly key: string; readonly prefix: string }> {
    return this.warmshift.post('/admin/v1/api-keys', { body: { name, role } });
  }

  connect(connection: Omit<Schemas['NewConnectionBody'], 'name'>): Promise<Connection> {
    const body = { name: `${connection.vendor} demo`, ...connection };
    return this.warmshift.post('/admin/v1/connections', { body });
  }

  /** Replaces the rules of the whole fleet. */
  async setRules(ruleSettings: Schemas['SupplierPatchBody']['ruleSettings']): Promise<void> {
    await this.warmshift.patch('/admin/v1/suppliers/me', { body: { ruleSettings } });
  }

  async connections(): Promise<readonly Connection[]> {
    return (await this.warmshift.get('/admin/v1/connections')).data;
  }

  devices(): Promise<Device[]> {
    return collected(this.warmshift.all('/admin/v1/devices', { query: { limit: 1000 } }));
  }

  preview(order: Order): Promise<Plan> {
    return this.warmshift.post('/admin/v1/campaigns/preview', { body: order });
  }

  async start(order: Order): Promise<Occurrence> {
    const { occurrences } = await this.warmshift.post('/admin/v1/campaigns', { body: order });
    const [occurrence] = occurrences;
    if (!occurrence) throw new Error('The campaign has no occurrence.');
    return occurrence;
  }

  occurrence(id: string): Promise<Schemas['OccurrenceAnswer']> {
    return this.warmshift.get('/admin/v1/occurrences/{id}', { path: { id } });
  }

  plan(id: string): Promise<Plan> {
    return this.warmshift.get('/admin/v1/occurrences/{id}/plan', { path: { id }, query: { limit: 1 } });
  }

  report(id: string): Promise<Report> {
    return this.warmshift.get('/admin/v1/occurrences/{id}/report', { path: { id } });
  }

  actions(id: string): Promise<PlannedAction[]> {
    const request = { path: { id }, query: { limit: 1000 } };
    return collected(this.warmshift.all('/admin/v1/occurrences/{id}/actions', request));
  }

  async states(id: string): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { state } of await this.actions(id)) {
      counts[state] = (counts[state] ?? 0) + 1;
    }
    return counts;
  }
}

async function collected<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
