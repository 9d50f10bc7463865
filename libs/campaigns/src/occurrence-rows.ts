import { randomUUID } from 'node:crypto';
import { addToOutbox, iso, recordset, type OutboxJob, type Sql } from '@warmshift/db';
import { minuteMs, type Instant, type Span } from '@warmshift/domain';

/** A plan is made so long before its window: near enough for fresh facts, early enough to reach every device. */
export const planLeadMs = 30 * minuteMs;

/**
 * The occurrences of a campaign that are not there yet, with the jobs that will plan them. Unique by window and, of a
 * recurring campaign, by local day: who comes second adds nothing.
 *
 * @returns how many were added.
 */
export async function addOccurrences(
  sql: Sql,
  campaign: { readonly campaignId: string; readonly supplierId: string },
  windows: readonly (Span & { readonly localDay?: string | undefined })[],
  now: Instant,
): Promise<number> {
  const wanted = windows.map(({ endsAt, localDay, startsAt }) => ({
    id: randomUUID(),
    startsAt: iso(startsAt),
    endsAt: iso(endsAt),
    planAt: iso(Math.max(now, startsAt - planLeadMs)),
    localDay,
  }));
  const added = await sql.rows<{ id: string; planAt: Instant }>(
    `INSERT INTO occurrences (id, campaign_id, supplier_id, starts_at, ends_at, plan_at, local_day)
     SELECT id, $2, $3, "startsAt", "endsAt", "planAt", "localDay"
     FROM jsonb_to_recordset($1::jsonb) AS wanted(id uuid, "startsAt" timestamptz, "endsAt" timestamptz,
       "planAt" timestamptz, "localDay" text)
     ON CONFLICT DO NOTHING RETURNING id, plan_at AS "planAt"`,
    [recordset(wanted), campaign.campaignId, campaign.supplierId],
  );
  await addToOutbox(
    sql,
    added.map(({ id, planAt }) => planJob(id, planAt)),
    now,
  );
  return added.length;
}

function planJob(occurrenceId: string, runAt: Instant): OutboxJob {
  return { name: 'occurrence.plan', payload: { v: 1, occurrenceId }, runAt };
}
