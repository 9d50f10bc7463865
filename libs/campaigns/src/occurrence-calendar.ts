import type { Clock } from '@warmshift/config';
import { type Database, type Sql } from '@warmshift/db';
import { dayAfter, expandRecurrence, type Instant, type Recurrence } from '@warmshift/domain';
import type { Logger } from '@warmshift/observability';
import { finishCampaign } from './campaigns.repository';
import { localDayAhead } from './check-order';
import { addOccurrences } from './occurrence-rows';

/** Occurrences of recurring campaigns are there so many local days before they begin. */
export const daysAhead = 7;

interface RecurringRow {
  readonly campaignId: string;
  readonly supplierId: string;
  readonly recurrence: Recurrence;
  readonly createdThrough: string;
}

const selectRecurring = `
  SELECT id AS "campaignId", supplier_id AS "supplierId", recurrence, created_through AS "createdThrough" FROM campaigns`;

/**
 * Creates the occurrences of recurring campaigns days ahead. Any number of replicas may tick: each campaign is extended under
 * its row's lock, and a day that is already there is not added again. Days that nobody ticked on are made up for; those
 * whose window has passed meanwhile end as CANCELLED, for all to see.
 */
export class OccurrenceCalendar {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** @returns how many occurrences were created. */
  async tick(): Promise<number> {
    const now = this.clock.now();
    let created = 0;
    for (const campaign of await this.recurring()) {
      const horizon = localDayAhead(now, daysAhead, campaign.recurrence.timeZone);
      if (campaign.createdThrough < horizon) created += await this.extend(campaign.campaignId, now);
    }
    return created;
  }

  private recurring(): Promise<RecurringRow[]> {
    return this.db.rows(
      `${selectRecurring} WHERE status = 'ACTIVE' AND recurrence IS NOT NULL
         AND created_through < recurrence->>'until' ORDER BY id`,
    );
  }

  private extend(campaignId: string, now: Instant): Promise<number> {
    return this.db.transaction(async (sql) => {
      const campaign = await lockedCampaign(sql, campaignId);
      if (!campaign) return 0;
      const { createdThrough, recurrence } = campaign;
      const horizon = localDayAhead(now, daysAhead, recurrence.timeZone);
      if (createdThrough >= horizon) return 0;
      const windows = expandRecurrence(recurrence, dayAfter(createdThrough), horizon);
      const added = await addOccurrences(sql, campaign, windows, now);
      await sql.run('UPDATE campaigns SET created_through = $2 WHERE id = $1', [campaignId, horizon]);
      await finishCampaign(sql, campaignId);
      if (added > 0) this.logger.info({ campaignId, added, through: horizon }, 'occurrences.created');
      return added;
    });
  }
}

/** Nothing when another worker is at it, or when the campaign has ended meanwhile. */
async function lockedCampaign(sql: Sql, campaignId: string): Promise<RecurringRow | undefined> {
  const [row] = await sql.rows<RecurringRow>(
    `${selectRecurring} WHERE id = $1 AND status = 'ACTIVE' FOR UPDATE SKIP LOCKED`,
    [campaignId],
  );
  return row;
}
