import { WarmshiftProblem, type Schemas, type Warmshift } from '@warmshift/client';
import { Refused } from './errors';

type Summary = Schemas['CampaignAnswer']['occurrences'][number];

const isOver = ({ status }: Summary): boolean => status === 'FINISHED' || status === 'CANCELLED';
const byStart = (a: Summary, b: Summary): number => a.startsAt.localeCompare(b.startsAt);

/**
 * The occurrence that somebody means who names an occurrence or a campaign. Of a campaign: `next`, the one that is on or
 * comes next, else the last one; `last`, the last one that has finished, or else was cancelled.
 * @throws Refused when the campaign has none of them; WarmshiftProblem.
 */
export async function occurrenceMeant(
  warmshift: Warmshift,
  id: string,
  which: 'next' | 'last',
): Promise<string> {
  const campaign = await campaignOrNothing(warmshift, id);
  if (campaign === undefined) return id;
  const occurrences = [...campaign.occurrences].sort(byStart);
  const meant =
    which === 'next'
      ? (occurrences.find((one) => !isOver(one)) ?? occurrences.at(-1))
      : (occurrences.findLast(({ status }) => status === 'FINISHED') ?? occurrences.findLast(isOver));
  if (meant === undefined)
    throw new Refused(
      `Nothing of the campaign "${campaign.name}" has ${which === 'next' ? 'a window' : 'ended'} yet.`,
    );
  return meant.occurrenceId;
}

async function campaignOrNothing(
  warmshift: Warmshift,
  id: string,
): Promise<Schemas['CampaignAnswer'] | undefined> {
  try {
    return await warmshift.get('/admin/v1/campaigns/{id}', { path: { id } });
  } catch (error) {
    if (error instanceof WarmshiftProblem && error.status === 404) return undefined;
    throw error;
  }
}
