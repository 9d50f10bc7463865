import {
  CampaignsRepository,
  CampaignsService,
  DisinfectionPlanner,
  OccurrencePlanner,
  OccurrenceProgress,
  ReportService,
} from '@warmshift/campaigns';
import { hourMs, slotMs } from '@warmshift/domain';
import { LegionellaRepository, LegionellaService } from '@warmshift/steerable-status';
import { campaignOrderSchema, type CampaignOrderInput } from '../../../libs/campaigns/src/campaign-order';
import { CandidatesRepository } from '../../../libs/campaigns/src/candidates.repository';
import { DrawRepository } from '../../../libs/campaigns/src/draw.repository';
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
      candidates: new CandidatesRepository(db),
      draws: new DrawRepository(db),
      statuses,
      clock,
      logger,
    });
  }

  get service(): CampaignsService {
    return new CampaignsService(this.db, this.campaigns, this.planner, this.clock);
  }

  get reports(): ReportService {
    return new ReportService(this.db, this.campaigns, this.clock);
  }

  get progress(): OccurrenceProgress {
    return new OccurrenceProgress(this.campaigns, this.planner, this.reports, this.clock, this.logger);
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
