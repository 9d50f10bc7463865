import type { Schemas } from '@warmshift/client';
import { minuteMs, slotMs } from '@warmshift/domain';
import { eventually } from '../../support';
import type { Installation } from './installation';

export type Connection = Schemas['ConnectionAnswer'];
export type Device = Pick<Schemas['DevicesPage']['data'][number], 'vendor' | 'vendorDeviceId' | 'zones'>;
export type Action = Schemas['ActionsPage']['data'][number];

const noticeMs = 3 * minuteMs;
const windowMs = 2 * slotMs;
const patience = { timeoutMs: 120_000 };

/** The steps of an operator's evening, each waiting for what it needs. */
export class Evening {
  occurrenceId = '';
  endsAt = 0;

  constructor(private readonly installation: Installation) {}

  /** Connects all four vendors and waits until every device is there and was read. */
  async connect(): Promise<Connection[]> {
    const { admin } = this.installation;
    const connections: Connection[] = [];
    for (const wanted of await this.installation.vendors())
      connections.push(
        await admin.post('/admin/v1/connections', { body: { name: `${wanted.vendor} fleet`, ...wanted } }),
      );
    const listed = await this.listed();
    await eventually(async () => {
      const devices = await this.devices();
      const waiting = devices.flatMap(({ zones }) => zones).filter(({ status }) => isUnread(status?.code));
      if (devices.length < listed.length || waiting.length > 0)
        throw new Error(`${devices.length} of ${listed.length} devices, ${waiting.length} zones unread`);
      return true;
    }, patience);
    return connections;
  }

  /** Every device that the vendors list, as the sandbox knows them. */
  async listed(): Promise<string[]> {
    const { devices } = await this.installation.control.get<{ devices: Parameters<typeof keyOf>[0][] }>(
      '/fleet',
    );
    return devices.map(keyOf).sort();
  }

  async devices(): Promise<Device[]> {
    return (await this.installation.admin.get('/admin/v1/devices', { query: { limit: 1000 } })).data;
  }

  /** Orders a decrease of two slots, as much as possible, and waits until it is well under way. */
  async start(): Promise<void> {
    const { admin, clock } = this.installation;
    const startsAt = Math.ceil((clock.now() + noticeMs) / slotMs) * slotMs;
    this.endsAt = startsAt + windowMs;
    const campaign = await admin.post('/admin/v1/campaigns', {
      body: {
        name: 'Evening peak',
        direction: 'decrease',
        startsAt: new Date(startsAt).toISOString(),
        endsAt: new Date(this.endsAt).toISOString(),
        seed: 1,
      },
    });
    this.occurrenceId = campaign.occurrences[0]?.occurrenceId ?? '';
    await eventually(async () => {
      const active = (await this.actions()).filter(({ state }) => state === 'ACTIVE');
      const vendors = new Set(active.map(({ vendor }) => vendor));
      if (active.length < 5 || vendors.size < 2)
        throw new Error(`${active.length} actions are active, at ${[...vendors].join(', ') || 'no vendor'}`);
      return true;
    }, patience);
  }

  async actions(): Promise<Action[]> {
    const { data } = await this.installation.admin.get('/admin/v1/occurrences/{id}/actions', {
      path: { id: this.occurrenceId },
      query: { limit: 1000 },
    });
    return data;
  }

  async finished(): Promise<void> {
    const path = { id: this.occurrenceId };
    await eventually(async () => {
      const { status } = await this.installation.admin.get('/admin/v1/occurrences/{id}', { path });
      if (status !== 'FINISHED') throw new Error(`the occurrence is ${status}`);
      return true;
    }, patience);
  }

  async windowIsOver(): Promise<void> {
    await eventually(() => this.installation.clock.now() > this.endsAt, patience);
  }

  /** What the homes say: devices that do otherwise than their customer set. */
  async steeredNow(): Promise<unknown[]> {
    return (await this.installation.control.get<{ steeredNow: unknown[] }>('/judgement')).steeredNow;
  }

  /** The latest end of an action, in real ms after the end of the window. */
  async givenBackAfterRealMs(): Promise<number> {
    const ends = (await this.actions()).map(({ endedAt }) =>
      endedAt === undefined ? Infinity : Date.parse(endedAt),
    );
    return this.installation.clock.realMs(Math.max(...ends) - this.endsAt);
  }
}

export const keyOf = ({ vendor, vendorDeviceId }: Pick<Device, 'vendor' | 'vendorDeviceId'>): string =>
  `${vendor}/${vendorDeviceId}`;

function isUnread(code: string | undefined): boolean {
  return code === undefined || code === 'STALE_DATA';
}
