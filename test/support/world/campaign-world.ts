import {
  campaignOrderSchema,
  CampaignsRepository,
  CampaignsService,
  DisinfectionPlanner,
  OccurrenceCalendar,
  OccurrencePlanner,
  OccurrenceProgress,
  orderPlanning,
  Replanner,
  ReportService,
  type CampaignOrderInput,
} from '@warmshift/campaigns';
import { hourMs, slotMs } from '@warmshift/domain';
import { LegionellaRepository, LegionellaService } from '@warmshift/steerable-status';
import type { DeviceRow } from './world-rows';
import { World } from './world';

/** A world with campaigns. */
export class CampaignWorld extends World {
  get campaigns(): CampaignsRepository {
    return new CampaignsRepository(this.db);
  }

  get planner(): OccurrencePlanner {
    const { campaigns, clock, db, logger, statuses } = this;
    return new OccurrencePlanner({
      db,
      campaigns,
      planning: orderPlanning(db, statuses, clock),
      clock,
      logger,
    });
  }

  get calendar(): OccurrenceCalendar {
    return new OccurrenceCalendar(this.db, this.clock, this.logger);
  }

  get service(): CampaignsService {
    return new CampaignsService(this.db, this.campaigns, this.planner, this.clock);
  }

  get reports(): ReportService {
    return new ReportService(this.db, this.campaigns, this.clock);
  }

  get replanner(): Replanner {
    const { campaigns, clock, db, logger, reports, statuses } = this;
    const planning = orderPlanning(db, statuses, clock);
    return new Replanner({ db, campaigns, planning, reports, clock, logger });
  }

  get progress(): OccurrenceProgress {
    return new OccurrenceProgress(
      this.campaigns,
      this.planner,
      this.reports,
      this.replanner,
      this.clock,
      this.logger,
    );
  }

  /** What the gauge of overdue tanks was set to last. */
  overdueTanks = Number.NaN;

  get legionella(): LegionellaService {
    const { clock, db, logger, statuses } = this;
    return new LegionellaService({
      tanks: new LegionellaRepository(db),
      statuses,
      clock,
      logger,
      overdueGauge: { set: (value) => (this.overdueTanks = value) },
    });
  }

  get disinfections(): DisinfectionPlanner {
    const { clock, db, legionella, logger, statuses } = this;
    return new DisinfectionPlanner({
      db,
      legionella,
      tanks: new LegionellaRepository(db),
      statuses,
      clock,
      logger,
    });
  }

  /** An order over the next hour, parsed as HTTP would. */
  order(more: Partial<CampaignOrderInput> = {}) {
    const startsAt = Math.ceil(this.clock.now() / slotMs) * slotMs;
    return campaignOrderSchema.parse({
      name: 'Evening',
      direction: 'decrease',
      startsAt: new Date(startsAt).toISOString(),
      endsAt: new Date(startsAt + hourMs).toISOString(),
      ...more,
    });
  }

  /** An order that comes again, at 18:00 in Brussels on every day from the world's, parsed as HTTP would. */
  recurring(more: Partial<NonNullable<CampaignOrderInput['recurrence']>> = {}) {
    const recurrence = {
      timeZone: 'Europe/Brussels',
      weekdays: [1, 2, 3, 4, 5, 6, 7],
      startsAt: '18:00',
      durationMinutes: 60,
      from: '2026-11-24',
      until: '2026-12-31',
      ...more,
    };
    return campaignOrderSchema.parse({ name: 'Every evening', direction: 'decrease', recurrence });
  }

  /** A supplier with so many ready heaters. */
  async fleet(count: number, device: Record<string, unknown> = {}) {
    const supplierId = await this.rows.supplier();
    const connectionId = await this.rows.connection(supplierId);
    const rooms: DeviceRow[] = [];
    for (let index = 0; index < count; index += 1) {
      const room = await this.rows.device(supplierId, connectionId, { device });
      await this.rows.calmDays(supplierId, room.deviceId);
      this.vendor.add(room.vendorDeviceId);
      rooms.push(room);
    }
    return { supplierId, connectionId, rooms };
  }
}
