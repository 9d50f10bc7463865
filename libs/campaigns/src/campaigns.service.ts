import { endNow } from '@warmshift/action-queue';
import type { Clock } from '@warmshift/config';
import { addToOutbox, at, type Database } from '@warmshift/db';
import { Conflict, InvalidInput, type FieldProblem } from '@warmshift/domain';
import type { Campaign, Occurrence } from './campaign';
import { orderOf, seedOfOccurrence, type CampaignOrder } from './campaign-order';
import {
  audit,
  type CampaignsPlace,
  type CampaignsRepository,
  type NewCampaign,
} from './campaigns.repository';
import { checkOrder, localDayAhead, spansAhead, type OrderedTimes } from './check-order';
import { daysAhead } from './occurrence-calendar';
import type { OccurrencePlanner, Preview } from './occurrence-planner';
import type { ParsedOrder, Selection } from './order-schema';

/** What operators do with campaigns. */
export class CampaignsService {
  constructor(
    private readonly db: Database,
    private readonly campaigns: CampaignsRepository,
    private readonly planner: OccurrencePlanner,
    private readonly clock: Clock,
  ) {}

  /** What would happen, without doing any of it; of a recurring campaign the first time. @throws InvalidInput. */
  async preview(supplierId: string, input: ParsedOrder): Promise<Preview> {
    const { order, recurrence, windows } = await this.checked(supplierId, input);
    const first = { startsAt: windows[0]!.startsAt, endsAt: windows[0]!.endsAt };
    const seed = seedOfOccurrence(order.seed, first.startsAt, recurrence !== undefined);
    return this.planner.preview(supplierId, { ...order, ...first, seed });
  }

  /** @throws InvalidInput naming everything that is wrong with the order. */
  async create(supplierId: string, input: ParsedOrder, actor: string): Promise<Campaign> {
    const campaign = await this.checked(supplierId, input);
    const campaignId = await this.campaigns.create(supplierId, campaign, actor, this.clock.now());
    return this.campaigns.get(supplierId, campaignId);
  }

  private async checked(supplierId: string, input: ParsedOrder): Promise<NewCampaign> {
    const now = this.clock.now();
    const { problems, times } = checkOrder(input, now);
    const all = [...problems];
    if (!all.some(({ field }) => field.startsWith('selection')))
      all.push(...(await this.nobody(supplierId, input.selection)));
    if (all.length > 0 || times === undefined) throw new InvalidInput(all);
    return newCampaign(orderOf(input, times.window), times, now);
  }

  /** Which fields of a selection that no zone fits are to blame: each that fits none by itself, else all together. */
  private async nobody(supplierId: string, selection: Selection): Promise<FieldProblem[]> {
    if (await this.planner.hasCandidates(supplierId, selection)) return [];
    const reason = 'no zone of the fleet matches it';
    const alone: FieldProblem[] = [];
    for (const [name, values] of Object.entries(selection)) {
      if (!(await this.planner.hasCandidates(supplierId, { [name]: values })))
        alone.push({ field: `selection.${name}`, reason });
    }
    const fleetIsEmpty = !(await this.planner.hasCandidates(supplierId, {}));
    return alone.length > 0 && !fleetIsEmpty ? alone : [{ field: 'selection', reason }];
  }

  list(supplierId: string, page: { limit: number; after?: CampaignsPlace | undefined }): Promise<Campaign[]> {
    return this.campaigns.list(supplierId, page);
  }

  get(supplierId: string, campaignId: string): Promise<Campaign> {
    return this.campaigns.get(supplierId, campaignId);
  }

  occurrence(supplierId: string, occurrenceId: string): Promise<Occurrence> {
    return this.campaigns.occurrence(supplierId, occurrenceId);
  }

  /** Nothing more goes out; what is on a device (`restoring` actions) is given back now. */
  async cancel(
    supplierId: string,
    campaignId: string,
    actor: string,
  ): Promise<{ readonly campaign: Campaign; readonly restoring: number }> {
    const campaign = await this.campaigns.get(supplierId, campaignId);
    if (campaign.status !== 'ACTIVE')
      throw new Conflict(`The campaign is ${campaign.status.toLowerCase()} already.`);
    const now = this.clock.now();
    const restoring = await this.db.transaction(async (sql) => {
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
         RETURNING id AS "actionId", connection_id AS "connectionId", vendor, state, ends_at AS "endsAt"`,
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
      return ending.filter(({ state }) => state !== 'PLANNED').length;
    });
    return { campaign: await this.campaigns.get(supplierId, campaignId), restoring };
  }
}

/** One window, or those of a rule's first days; the rest follow day by day. */
function newCampaign(order: CampaignOrder, times: OrderedTimes, now: number): NewCampaign {
  const { recurrence, window } = times;
  if (recurrence === undefined) return { order, windows: [window] };
  const horizon = localDayAhead(now, daysAhead, recurrence.timeZone);
  const ahead = spansAhead(recurrence, now);
  // The first one is created however far away it is, so that a campaign is never without one.
  const createdThrough = [ahead[0]!.localDay, horizon].sort().at(-1)!;
  const windows = ahead.filter(({ localDay }) => localDay <= createdThrough);
  return { order, recurrence, createdThrough, windows };
}
