import {
  deviceKinds,
  directions,
  hourMs,
  InvalidInput,
  minuteMs,
  slotMs,
  zoneKinds,
  type FieldProblem,
  type Instant,
} from '@warmshift/domain';
import { z } from 'zod';

const instant = z.iso
  .datetime({ offset: true, message: 'an ISO 8601 date and time with an offset, like 2026-01-14T17:00:00Z' })
  .meta({ description: 'ISO 8601 with offset; answered in UTC.' });

const some = <T extends z.ZodType>(item: T) => z.array(item).min(1).max(10_000);

export const selectionSchema = z
  .strictObject({
    vendors: some(z.string()).optional(),
    kinds: some(z.enum(deviceKinds)).optional(),
    zones: some(z.enum(zoneKinds)).optional(),
    countries: some(z.string().length(2)).optional(),
    connectionIds: some(z.uuid()).optional(),
    siteIds: some(z.uuid()).optional(),
    deviceIds: some(z.uuid()).optional(),
    tags: some(z.string()).optional(),
  })
  .meta({
    description: 'Which zones may be chosen. Lists inside a field are alternatives, fields are all required.',
  });

/** An operator's order as it comes over HTTP. kW at this edge, W inside. */
export const campaignOrderSchema = z.strictObject({
  name: z.string().trim().min(1).max(200),
  direction: z.enum(directions).meta({ description: '`decrease`: draw less. `increase`: draw more.' }),
  targetKw: z
    .number()
    .min(0)
    .max(10_000_000)
    .optional()
    .meta({ description: 'kW asked in every slot of the window; absent: as much as possible.' }),
  startsAt: instant,
  endsAt: instant,
  selection: selectionSchema.default({}),
  holdOutShare: z
    .number()
    .min(0)
    .max(0.5)
    .default(0)
    .meta({ description: 'Share of the eligible zones left alone, to measure against.' }),
  staggerMinutes: z.number().min(0).max(10).default(0).meta({
    description: 'Starts and ends are spread over so many minutes, so that the fleet does not switch as one.',
  }),
  seed: z
    .number()
    .int()
    .min(0)
    .max(2_147_483_647)
    .optional()
    .meta({ description: 'Same seed, same inputs: same plan.' }),
});

export type CampaignOrderInput = z.input<typeof campaignOrderSchema>;
export type Selection = z.infer<typeof selectionSchema>;

/** The order in the domain's units. */
export interface CampaignOrder {
  readonly name: string;
  readonly direction: 'decrease' | 'increase';
  readonly targetW?: number | undefined;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly selection: Selection;
  readonly holdOutShare: number;
  readonly staggerMs: number;
  readonly seed: number;
}

const longestWindowMs = 12 * hourMs;
const farthestAheadMs = 31 * 24 * hourMs;

/**
 * @throws InvalidInput naming every field that cannot be: window in the past, end before start, not on the grid of 15
 *   minutes, longer than 12 h or more than 31 days ahead.
 */
export function toOrder(input: z.infer<typeof campaignOrderSchema>, now: Instant): CampaignOrder {
  const startsAt = Date.parse(input.startsAt);
  const endsAt = Date.parse(input.endsAt);
  const problems: FieldProblem[] = [];
  const wrong = (field: string, reason: string) => problems.push({ field, reason });
  if (startsAt % slotMs !== 0) wrong('startsAt', 'must lie on a quarter of an hour, like 17:00 or 17:15');
  if (endsAt % slotMs !== 0) wrong('endsAt', 'must lie on a quarter of an hour, like 19:00 or 19:15');
  if (endsAt <= startsAt) wrong('endsAt', 'must be after startsAt');
  else if (endsAt - startsAt > longestWindowMs) wrong('endsAt', 'the window may be 12 hours at most');
  if (startsAt < now) wrong('startsAt', `lies in the past (it is ${new Date(now).toISOString()} now)`);
  if (startsAt > now + farthestAheadMs) wrong('startsAt', 'may be 31 days ahead at most');
  if (problems.length > 0) throw new InvalidInput(problems);
  return {
    name: input.name,
    direction: input.direction,
    targetW: input.targetKw === undefined ? undefined : input.targetKw * 1000,
    startsAt,
    endsAt,
    selection: input.selection,
    holdOutShare: input.holdOutShare,
    staggerMs: Math.round(input.staggerMinutes * minuteMs),
    seed: input.seed ?? startsAt % 2_147_483_647,
  };
}
