import { randomBytes, randomUUID } from 'node:crypto';
import { loadConfig } from '@warmshift/config';
import { createLogger, createMetrics } from '@warmshift/observability';
import { newApiKey, type Role } from '@warmshift/security';
import type { QueryResultRow } from 'pg';
import request from 'supertest';
import { startApi, type StartedApi } from '../../../apps/api/src/start';
import type { TestDatabase } from '../../support';

export const bootstrapKey = 'a-bootstrap-key-for-tests-0123456789';
export const nowIso = () => new Date().toISOString();
/** So a device was watched for all of today. */
const twoDaysAgoIso = () => new Date(Date.now() - 2 * 86_400_000).toISOString();

interface NewDevice {
  readonly supplierId: string;
  readonly connectionId: string;
  readonly columns?: Record<string, unknown>;
  readonly zones?: Record<string, Record<string, unknown>>;
}

/** The running service on a database of its own, and rows for it. */
export class ApiWorld {
  private started: StartedApi | undefined;
  readonly lines: string[] = [];

  constructor(private readonly db: TestDatabase) {}

  async start(env: Record<string, string> = {}): Promise<void> {
    const config = loadConfig(
      {
        DATABASE_URL: this.db.url,
        SECRETS_KEY: randomBytes(32).toString('hex'),
        PORT: '0',
        BOOTSTRAP_ADMIN_KEY: bootstrapKey,
        BOOTSTRAP_SUPPLIER: 'Energy Supplier A',
        ALLOW_LOCAL_VENDOR_HOSTS: 'true',
        ...env,
      },
      { require: ['DATABASE_URL', 'SECRETS_KEY'] },
    );
    const logger = createLogger({
      name: 'api',
      level: 'debug',
      destination: { write: (line) => void this.lines.push(line) },
    });
    this.started = await startApi(config, logger, createMetrics());
  }

  get api(): StartedApi {
    if (!this.started) throw new Error('the service is there from start() on');
    return this.started;
  }

  async stop(): Promise<void> {
    await this.started?.app.close();
  }

  /** Reads or arranges rows directly. */
  query<R extends QueryResultRow>(sql: string, values: unknown[] = []): Promise<R[]> {
    return this.db.query<R>(sql, values);
  }

  /** A client with a key; without one, a stranger. */
  as(key?: string) {
    const client = request(this.api.url);
    const keyed = (test: request.Test) => (key === undefined ? test : test.set('x-api-key', key));
    return {
      get: (path: string) => keyed(client.get(path)),
      post: (path: string, body?: object) => keyed(client.post(path)).send(body),
      put: (path: string, body?: object) => keyed(client.put(path)).send(body),
      patch: (path: string, body?: object) => keyed(client.patch(path)).send(body),
      delete: (path: string) => keyed(client.delete(path)),
    };
  }

  async supplierNamed(name: string): Promise<string> {
    const [row] = await this.db.query<{ id: string }>('SELECT id FROM suppliers WHERE name = $1', [name]);
    if (!row) throw new Error(`no supplier ${name}`);
    return row.id;
  }

  async newSupplier(name: string): Promise<string> {
    return this.insert('suppliers', { name, created_at: nowIso() });
  }

  async newKey(supplierId: string, role: Role, columns: Record<string, unknown> = {}): Promise<string> {
    const { key, prefix, hash } = newApiKey();
    await this.insert('api_keys', {
      supplier_id: supplierId,
      name: role,
      role,
      prefix,
      hash,
      created_at: nowIso(),
      ...columns,
    });
    return key;
  }

  newConnection(supplierId: string, vendor = 'nox', columns: Record<string, unknown> = {}): Promise<string> {
    const now = nowIso();
    return this.insert('connections', {
      supplier_id: supplierId,
      vendor,
      name: `${vendor} ${randomUUID()}`,
      base_url: 'https://vendor.example',
      credentials: '',
      status_since: now,
      created_at: now,
      next_discover_at: now,
      next_read_idle_at: now,
      next_read_active_at: now,
      ...columns,
    });
  }

  newSite(supplierId: string, connectionId: string, columns: Record<string, unknown> = {}): Promise<string> {
    return this.insert('sites', {
      supplier_id: supplierId,
      connection_id: connectionId,
      vendor_site_id: randomUUID(),
      name: 'Home',
      time_zone: 'Europe/Brussels',
      country: 'BE',
      created_at: nowIso(),
      ...columns,
    });
  }

  /** `zones` maps a zone kind to columns of the zone; `code` and `reason` there become its status. */
  async newDevice({ supplierId, connectionId, columns = {}, zones = {} }: NewDevice): Promise<string> {
    const now = nowIso();
    const deviceId = await this.insert('devices', {
      supplier_id: supplierId,
      connection_id: connectionId,
      vendor_device_id: randomUUID(),
      kind: 'heat_pump',
      name: 'Heat pump',
      vendor_control: true,
      first_seen_at: twoDaysAgoIso(),
      last_seen_at: now,
      ...columns,
    });
    for (const [kind, { code, reason, ...zone }] of Object.entries(zones)) {
      const zoneId = await this.insert('zones', {
        supplier_id: supplierId,
        device_id: deviceId,
        kind,
        measured_at: now,
        power_quality: 'reported',
        ...zone,
      });
      if (code !== undefined) await this.newStatus(supplierId, zoneId, String(code), reason);
    }
    return deviceId;
  }

  /** A campaign from a quarter of an hour ago until in half an hour, with its one occurrence. */
  async newCampaign(supplierId: string, occurrenceColumns: Record<string, unknown> = {}) {
    const window = {
      starts_at: new Date(Date.now() - 15 * 60_000).toISOString(),
      ends_at: new Date(Date.now() + 30 * 60_000).toISOString(),
    };
    const campaign = await this.insert('campaigns', {
      supplier_id: supplierId,
      name: 'Evening',
      direction: 'decrease',
      target_w: 2_500,
      ...window,
      stagger_ms: 60_000,
      seed: 7,
      created_by: 'key/test',
      created_at: nowIso(),
    });
    const occurrence = await this.insert('occurrences', {
      campaign_id: campaign,
      supplier_id: supplierId,
      ...window,
      plan_at: nowIso(),
      ...occurrenceColumns,
    });
    return { campaign, occurrence };
  }

  newAction(
    supplierId: string,
    of: { occurrence: string; connection: string; device: string; zone: string },
    columns: Record<string, unknown> = {},
  ): Promise<string> {
    return this.insert('actions', {
      supplier_id: supplierId,
      occurrence_id: of.occurrence,
      connection_id: of.connection,
      device_id: of.device,
      zone_id: of.zone,
      zone_kind: 'room',
      vendor: 'nox',
      direction: 'decrease',
      starts_at: new Date(Date.now() - 15 * 60_000).toISOString(),
      ends_at: new Date(Date.now() + 30 * 60_000).toISOString(),
      state: 'ACTIVE',
      expected_yield_w: 1_234.4,
      baseline_w: 1_500,
      cycles_reserved: 1,
      cycle_day: '2026-01-15',
      created_at: nowIso(),
      ...columns,
    });
  }

  async zoneOf(deviceId: string, kind = 'room'): Promise<string> {
    const [row] = await this.db.query<{ id: string }>(
      'SELECT id FROM zones WHERE device_id = $1 AND kind = $2',
      [deviceId, kind],
    );
    if (!row) throw new Error(`device ${deviceId} has no ${kind}`);
    return row.id;
  }

  /** Columns by their names in the database; objects become JSON, the id is made unless given. */
  async insert(table: string, columns: Record<string, unknown>): Promise<string> {
    const row: Record<string, unknown> = { id: randomUUID(), ...columns };
    const names = Object.keys(row);
    const values = names.map((name) => {
      const value = row[name];
      return typeof value === 'object' && value !== null && !Array.isArray(value)
        ? JSON.stringify(value)
        : value;
    });
    const places = names.map((_name, index) => `$${index + 1}`);
    await this.db.query(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${places.join(', ')})`, values);
    return String(row['id']);
  }

  private async newStatus(supplierId: string, zoneId: string, code: string, reason: unknown): Promise<void> {
    const ready = code === 'READY';
    await this.db.query(
      `INSERT INTO zone_statuses (zone_id, supplier_id, code, reason, can_activate, in_active, since, assessed_at)
       VALUES ($1, $2, $3, $4, $5, $6, now(), now())`,
      [
        zoneId,
        supplierId,
        code,
        reason ?? (ready ? 'Device is ready to receive an action.' : code),
        ready,
        code === 'IN_ACTIVE_ACTION',
      ],
    );
  }
}
