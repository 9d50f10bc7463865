import { endNow } from '@warmshift/action-queue';
import type { Clock } from '@warmshift/config';
import { addToOutbox, at, type Database } from '@warmshift/db';
import { Conflict, InvalidInput, minuteMs, type Instant, type Plan } from '@warmshift/domain';
import type { z } from 'zod';
import type { Campaign, Occurrence } from './campaign';
import { toOrder, type campaignOrderSchema } from './campaign-order';
import { audit, type CampaignsRepository } from './campaigns.repository';
import type { OccurrencePlanner } from './occurrence-planner';

/** A plan is made so long before its window: near enough for fresh facts, early enough to reach every device. */
export const planLeadMs = 30 * minuteMs;

/** What operators do with campaigns. */
export class CampaignsService {
  constructor(
    private readonly db: Database,
    private readonly campaigns: CampaignsRepository,
    private readonly planner: OccurrencePlanner,
    private readonly clock: Clock,
  ) {}

  /** What would happen, without doing any of it. @throws InvalidInput naming the fields. */
  async preview(supplierId: string, input: z.infer<typeof campaignOrderSchema>): Promise<Plan> {
    const order = toOrder(input, this.clock.now());
    const { plan } = await this.planner.plan(supplierId, order);
    if (plan.actions.length === 0 && plan.leftOut.length === 0) throw nobody();
    return plan;
  }

  async create(
    supplierId: string,
    input: z.infer<typeof campaignOrderSchema>,
    actor: string,
  ): Promise<Campaign> {
    const now = this.clock.now();
    const order = toOrder(input, now);
    if (!(await this.planner.hasCandidates(supplierId, order.selection))) throw nobody();
    const planAt = Math.max(now, order.startsAt - planLeadMs);
    const campaignId = await this.campaigns.create(supplierId, order, planAt, actor, now);
    return this.campaigns.get(supplierId, campaignId);
  }

  list(supplierId: string, page: { limit: number; before?: Instant | undefined }): Promise<Campaign[]> {
    return this.campaigns.list(supplierId, page);
  }

  get(supplierId: string, campaignId: string): Promise<Campaign> {
    return this.campaigns.get(supplierId, campaignId);
  }

  occurrence(supplierId: string, occurrenceId: string): Promise<Occurrence> {
    return this.campaigns.occurrence(supplierId, occurrenceId);
  }

  /** Nothing more goes out; what is on a device is given back now. */
  async cancel(supplierId: string, campaignId: string, actor: string): Promise<Campaign> {
    const campaign = await this.campaigns.get(supplierId, campaignId);
    if (campaign.status !== 'ACTIVE')
      throw new Conflict(`The campaign is ${campaign.status.toLowerCase()} already.`);
    const now = this.clock.now();
    await this.db.transaction(async (sql) => {
      const cancelled = await sql.run(
        `UPDATE campaigns SET status = 'CANCELLED', cancelled_at = $2 WHERE id = $1 AND status = 'ACTIVE'`,
        [campaignId, at(now)],
      );
      if (cancelled === 0) throw new Conflict('The campaign has just been ended by somebody else.');
      await sql.run(
        `UPDATE occurrences SET status = 'CANCELLED' WHERE campaign_id = $1 AND status = 'SCHEDULED'`,
        [campaignId],
      );
      const ending = await sql.rows<Parameters<typeof endNow>[0]>(
        `UPDATE actions SET end_requested_at = $2, end_code = 'CAMPAIGN_CANCELLED', due_at = $2, version = version + 1
         WHERE id IN (
           SELECT id FROM actions
           WHERE occurrence_id IN (SELECT id FROM occurrences WHERE campaign_id = $1)
             AND end_requested_at IS NULL AND state IN ('PLANNED', 'DISPATCHING', 'SENT', 'ACTIVE')
           ORDER BY id FOR UPDATE)
         RETURNING id AS "actionId", vendor, state, ends_at AS "endsAt"`,
        [campaignId, at(now)],
      );
      await addToOutbox(
        sql,
        ending.map((action) => endNow(action, now)),
        now,
      );
      await audit(
        sql,
        supplierId,
        actor,
        'campaign.cancel',
        `campaign/${campaignId}`,
        { actions: ending.length },
        now,
      );
    });
    return this.campaigns.get(supplierId, campaignId);
  }
}

function nobody(): InvalidInput {
  return InvalidInput.because('selection', 'no zone of the fleet matches it');
}
