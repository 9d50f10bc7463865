import { randomUUID } from 'node:crypto';
import { dayMs, hourMs, type ZoneKind } from '@warmshift/domain';
import type { TestClock } from '../test-clock';
import type { TestDatabase } from '../infra';

type Columns = Record<string, unknown>;

/** A device with one zone, as rows. */
export interface DeviceRow {
  readonly connectionId: string;
  readonly siteId: string;
  readonly deviceId: string;
  readonly vendorDeviceId: string;
  readonly zoneId: string;
  readonly kind: ZoneKind;
}

/** A room of which nothing speaks against a decrease. */
const readyRoom = {
  temperature_c: 20.8,
  setpoint_c: 21,
  min_c: 5,
  max_c: 30,
  step_c: 0.5,
  heating: true,
  power_w: 1_500,
  power_quality: 'reported',
  max_power_w: 2_000,
};

/** Rows of a test, with the columns that matter to it. Columns go by their names in the database. */
export class WorldRows {
  constructor(
    private readonly db: TestDatabase,
    private readonly clock: TestClock,
  ) {}

  supplier(columns: Columns = {}): Promise<string> {
    return this.insert('suppliers', { name: `Supplier ${randomUUID()}`, created_at: this.iso(), ...columns });
  }

  async connection(supplierId: string, columns: Columns = {}): Promise<string> {
    const now = this.iso();
    const id = await this.insert('connections', {
      supplier_id: supplierId,
      vendor: 'heatingcontrol',
      name: `Connection ${randomUUID()}`,
      base_url: 'http://127.0.0.1:9',
      credentials: 'sealed',
      status_since: now,
      created_at: now,
      next_discover_at: now,
      next_read_idle_at: now,
      next_read_active_at: now,
      ...columns,
    });
    await this.db.query('INSERT INTO connection_runtime (connection_id) VALUES ($1)', [id]);
    return id;
  }

  site(supplierId: string, connectionId: string, columns: Columns = {}): Promise<string> {
    return this.insert('sites', {
      supplier_id: supplierId,
      connection_id: connectionId,
      vendor_site_id: randomUUID(),
      name: 'Home',
      time_zone: 'Europe/Brussels',
      country: 'BE',
      created_at: this.iso(),
      ...columns,
    });
  }

  /** A heater with one room, unless the columns say otherwise. */
  async device(
    supplierId: string,
    connectionId: string,
    { site = {}, device = {}, zone = {} }: { site?: Columns; device?: Columns; zone?: Columns } = {},
  ): Promise<DeviceRow> {
    const siteId = await this.site(supplierId, connectionId, site);
    const vendorDeviceId = randomUUID();
    const deviceId = await this.insert('devices', {
      supplier_id: supplierId,
      connection_id: connectionId,
      site_id: siteId,
      vendor_device_id: vendorDeviceId,
      kind: 'heater',
      name: 'Heater',
      vendor_control: true,
      max_cycles_per_day: 8,
      first_seen_at: this.iso(this.clock.now() - 2 * dayMs),
      last_seen_at: this.iso(),
      ...device,
    });
    const kind = (zone['kind'] ?? 'room') as ZoneKind;
    const zoneId = await this.zone(supplierId, deviceId, kind, zone);
    return { connectionId, siteId, deviceId, vendorDeviceId, zoneId, kind };
  }

  /** One more zone of a device. */
  zone(supplierId: string, deviceId: string, kind: ZoneKind, columns: Columns = {}): Promise<string> {
    return this.insert('zones', {
      supplier_id: supplierId,
      device_id: deviceId,
      kind,
      measured_at: this.iso(),
      ...readyRoom,
      ...columns,
    });
  }

  /** A campaign with one occurrence, in a status. */
  async occurrence(
    supplierId: string,
    window: { readonly startsAt: number; readonly endsAt: number },
    { campaign = {}, occurrence = {} }: { campaign?: Columns; occurrence?: Columns } = {},
  ): Promise<{ campaignId: string; occurrenceId: string }> {
    const times = { starts_at: this.iso(window.startsAt), ends_at: this.iso(window.endsAt) };
    const campaignId = await this.insert('campaigns', {
      supplier_id: supplierId,
      name: 'Evening',
      direction: 'decrease',
      ...times,
      stagger_ms: 0,
      seed: 7,
      created_by: 'test',
      created_at: this.iso(),
      ...campaign,
    });
    const occurrenceId = await this.insert('occurrences', {
      campaign_id: campaignId,
      supplier_id: supplierId,
      ...times,
      plan_at: this.iso(),
      status: 'PLANNED',
      ...occurrence,
    });
    return { campaignId, occurrenceId };
  }

  async action(
    supplierId: string,
    occurrenceId: string,
    of: DeviceRow,
    window: { readonly startsAt: number; readonly endsAt: number },
    columns: Columns = {},
  ): Promise<string> {
    return this.insert('actions', {
      supplier_id: supplierId,
      occurrence_id: occurrenceId,
      connection_id: of.connectionId,
      device_id: of.deviceId,
      zone_id: of.zoneId,
      zone_kind: of.kind,
      vendor: 'heatingcontrol',
      direction: 'decrease',
      starts_at: this.iso(window.startsAt),
      ends_at: this.iso(window.endsAt),
      state: 'PLANNED',
      expected_yield_w: 1_000,
      baseline_w: 1_500,
      cycles_reserved: 0,
      cycle_day: this.iso(window.startsAt).slice(0, 10),
      due_at: this.iso(window.startsAt),
      created_at: this.iso(),
      ...columns,
    });
  }

  ledger(
    supplierId: string,
    deviceId: string,
    day: string,
    observed: number,
    reserved: number,
  ): Promise<unknown> {
    return this.db.query(
      `INSERT INTO cycle_ledger (device_id, local_day, supplier_id, observed_starts, reserved_starts)
       VALUES ($1, $2, $3, $4, $5)`,
      [deviceId, day, supplierId, observed, reserved],
    );
  }

  /** Three days of one start at ten in the morning: so the device is known to want nothing more in the evening. */
  async calmDays(supplierId: string, deviceId: string): Promise<void> {
    for (const daysAgo of [1, 2, 3]) {
      const startedAt = this.iso(Math.floor(this.clock.now() / dayMs) * dayMs - daysAgo * dayMs + 9 * hourMs);
      await this.db.query(
        'INSERT INTO cycle_starts (device_id, started_at, supplier_id) VALUES ($1, $2, $3)',
        [deviceId, startedAt, supplierId],
      );
    }
  }

  /** Every zone as if it had just been read again, so that nothing is stale. */
  refreshReadings(): Promise<unknown> {
    return this.db.query('UPDATE zones SET measured_at = $1', [this.iso()]);
  }

  private iso(instant = this.clock.now()): string {
    return new Date(instant).toISOString();
  }

  private async insert(table: string, columns: Columns): Promise<string> {
    const row: Columns = { id: randomUUID(), ...columns };
    const names = Object.keys(row);
    const values = names.map((name) => {
      const value = row[name];
      return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
    });
    const places = names.map((_name, index) => `$${index + 1}`);
    await this.db.query(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${places.join(', ')})`, values);
    return String(row['id']);
  }
}
