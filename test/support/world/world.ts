import { randomBytes } from 'node:crypto';
import { Database, ReadingPartitions } from '@warmshift/db';
import { hourMs, type Instant } from '@warmshift/domain';
import { createLogger, type Logger } from '@warmshift/observability';
import { SecretBox } from '@warmshift/security';
import { StatusRepository, StatusService } from '@warmshift/steerable-status';
import { vendorModule } from '@warmshift/vendors';
import { ConnectionChanges } from '../../../libs/fleet-sync/src/connections/connection-changes';
import { ConnectionsRepository } from '../../../libs/fleet-sync/src/connections/connections.repository';
import { ConnectionsService } from '../../../libs/fleet-sync/src/connections/connections.service';
import type { OpenConnection } from '../../../libs/fleet-sync/src/connections/vendor-connections';
import { DiscoverService } from '../../../libs/fleet-sync/src/discovery/discover.service';
import { FleetRepository } from '../../../libs/fleet-sync/src/discovery/fleet.repository';
import { IngestService } from '../../../libs/fleet-sync/src/readings/ingest.service';
import { ReadService } from '../../../libs/fleet-sync/src/readings/read.service';
import { ActionAdvancer } from '../../../libs/action-queue/src/action-advancer';
import { ActionsRepository } from '../../../libs/action-queue/src/actions.repository';
import { DeviceLeases } from '../../../libs/action-queue/src/device-leases';
import { EmergencyStopService } from '../../../libs/action-queue/src/emergency-stop.service';
import { Reconciler } from '../../../libs/action-queue/src/reconciler';
import { testClock } from '../test-clock';
import type { TestDatabase } from '../infra';
import { ScriptedVendor } from './scripted-vendor';
import { WorldRows } from './world-rows';

/** A winter Tuesday, 18:00 in Brussels. */
export const evening: Instant = Date.UTC(2026, 10, 24, 17);

/** The libraries on a database of their own, at a clock that stands still, with one scripted vendor behind all connections. */
export class World {
  readonly clock = testClock(evening);
  readonly vendor = new ScriptedVendor(this.clock);
  readonly lines: Record<string, unknown>[] = [];
  readonly rows: WorldRows;
  private opened: Database | undefined;
  private readonly secrets = new SecretBox({ version: 'v1', key: randomBytes(32) });

  constructor(private readonly test: TestDatabase) {
    this.rows = new WorldRows(test, this.clock);
  }

  get db(): Database {
    this.opened ??= new Database({ url: this.test.url });
    return this.opened;
  }

  close(): Promise<void> {
    return this.opened?.close() ?? Promise.resolve();
  }

  get logger(): Logger {
    const write = (line: string) => void this.lines.push(JSON.parse(line) as Record<string, unknown>);
    return createLogger({ name: 'test', level: 'debug', destination: { write } });
  }

  /** Events of one name that were logged. */
  logged(event: string): Record<string, unknown>[] {
    return this.lines.filter(({ msg }) => msg === event);
  }

  get statuses(): StatusService {
    return new StatusService(this.db, new StatusRepository(this.db), this.clock);
  }

  get actions(): ActionsRepository {
    return new ActionsRepository(this.db);
  }

  get connections(): ConnectionsService {
    const { clock, logger, secrets } = this;
    const connections = new ConnectionsRepository(this.db);
    return new ConnectionsService({
      connections,
      changes: new ConnectionChanges(this.db),
      vendors: this.vendors,
      secrets,
      clock,
      logger,
      allowLocalVendorHosts: true,
    });
  }

  /** In the place of `VendorConnections`: the same rows, the scripted vendor behind them. */
  readonly vendors = {
    open: async (connectionId: string): Promise<OpenConnection | undefined> => {
      const stored = await new ConnectionsRepository(this.db).withCredentials(connectionId);
      if (!stored || stored.connection.status === 'DISABLED') return undefined;
      const { manifest } = vendorModule(stored.connection.vendor);
      return { connection: stored.connection, manifest, adapter: this.vendor };
    },
    steeringTimes: (vendor: string) => vendorModule(vendor).manifest.steering!,
  };

  advancer(): ActionAdvancer {
    const { actions, clock, connections, db, logger, statuses, vendors } = this;
    return new ActionAdvancer({
      actions,
      leases: new DeviceLeases(db),
      vendors,
      connections,
      statuses,
      clock,
      logger,
    });
  }

  reconciler(): Reconciler {
    const { actions, clock, logger } = this;
    return new Reconciler({ actions, advancer: this.advancer(), clock, logger });
  }

  get emergencyStop(): EmergencyStopService {
    return new EmergencyStopService(this.db, this.statuses, this.clock);
  }

  get discovery(): DiscoverService {
    return new DiscoverService(this.syncOptions());
  }

  get reading(): ReadService {
    return new ReadService(this.syncOptions());
  }

  private syncOptions() {
    const { clock, db, logger, statuses, vendors } = this;
    return {
      vendors,
      connections: new ConnectionsRepository(db),
      health: this.connections,
      fleet: new FleetRepository(db),
      ingest: new IngestService(db, new ReadingPartitions(db), clock),
      statuses,
      clock,
      logger,
    };
  }

  /** Takes every step that is due now. */
  async doWhatIsDue(): Promise<void> {
    const advancer = this.advancer();
    for (const connectionId of await this.actions.connectionsWithDue(this.clock.now()))
      await advancer.advance(connectionId);
  }

  /** Lets the time pass, doing what is due on the way. */
  async pass(durationMs: number, stepMs = 5_000): Promise<void> {
    const until = this.clock.now() + durationMs;
    while (this.clock.now() < until) {
      this.clock.advance(Math.min(stepMs, until - this.clock.now()));
      await this.doWhatIsDue();
    }
  }

  /** A ready room with an action over the next hour, at a supplier and connection of its own. */
  async roomInAction(columns: Record<string, unknown> = {}, lastsMs: number = hourMs) {
    const window = { startsAt: this.clock.now(), endsAt: this.clock.now() + lastsMs };
    const supplierId = await this.rows.supplier();
    const connectionId = await this.rows.connection(supplierId);
    const room = await this.rows.device(supplierId, connectionId);
    const { campaignId, occurrenceId } = await this.rows.occurrence(supplierId, window);
    const actionId = await this.rows.action(supplierId, occurrenceId, room, window, columns);
    const device = this.vendor.add(room.vendorDeviceId);
    return { supplierId, connectionId, campaignId, occurrenceId, room, actionId, device, window };
  }

  async action(actionId: string) {
    const action = await this.actions.find(actionId);
    if (!action) throw new Error(`no action ${actionId}`);
    return action;
  }

  history(actionId: string): Promise<{ from: string; to: string; event: string; cause: string | null }[]> {
    return this.test.query(
      `SELECT from_state AS "from", to_state AS "to", event, cause FROM action_history WHERE action_id = $1 ORDER BY id`,
      [actionId],
    );
  }
}
