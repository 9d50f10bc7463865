import { deviceKinds, directions, zoneKinds } from '@warmshift/domain';
import { z } from 'zod';

const instant = z.iso
  .datetime({ offset: true, message: 'an ISO 8601 date and time with an offset, like 2026-01-14T17:00:00Z' })
  .meta({ description: 'ISO 8601 with offset; answered in UTC.' });

const localDay = z.iso.date({ message: 'a date, like 2026-01-14' });
const kw = z.number().min(0).max(10_000_000);
const some = <T extends z.ZodType>(item: T) => z.array(item).min(1).max(10_000);

export const confidences = ['P50', 'P90'] as const;

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

export const limitsSchema = z
  .strictObject({
    maxMinutesPerZone: z
      .number()
      .optional()
      .meta({ description: 'No zone is steered for longer in one occurrence.' }),
    maxSetpointOffsetK: z
      .number()
      .optional()
      .meta({ description: 'No room is moved further from its own setpoint.' }),
  })
  .meta({ description: 'Limits of this campaign, inside those of the supplier and of every device.' });

export const recurrenceSchema = z
  .strictObject({
    timeZone: z.string().meta({ description: 'IANA name, like Europe/Brussels.' }),
    weekdays: z.array(z.int().min(1).max(7)).min(1).max(7).meta({ description: '1 is Monday, 7 is Sunday.' }),
    startsAt: z
      .string()
      .regex(/^([01]\d|2[0-3]):(00|15|30|45)$/, 'a local time on a quarter of an hour, like 17:15')
      .meta({
        description:
          'On the wall clock of `timeZone`. A time that the spring change skips becomes the instant of the change; of one that comes twice in autumn the first is taken.',
      }),
    durationMinutes: z.int().min(15).max(720).multipleOf(15).meta({
      description: 'Elapsed time, the same on days with a clock change.',
    }),
    from: localDay.meta({ description: 'First local day.' }),
    until: localDay.meta({ description: 'Last local day.' }),
    except: z.array(localDay).max(400).default([]).meta({ description: 'Local days without an occurrence.' }),
  })
  .meta({ description: 'In the place of one window: occurrences are created seven days ahead.' });

/** An operator's order as it comes over HTTP. kW at this edge, W inside. */
export const campaignOrderSchema = z
  .strictObject({
    name: z.string().trim().min(1).max(200),
    direction: z.enum(directions).meta({ description: '`decrease`: draw less. `increase`: draw more.' }),
    targetKw: kw.optional().meta({
      description: 'kW asked in every slot of the window; without it and the list: as much as possible.',
    }),
    targetKwPerSlot: z
      .array(kw)
      .min(1)
      .max(48)
      .optional()
      .meta({ description: 'kW asked, one for every quarter of an hour of the window.' }),
    startsAt: instant.optional(),
    endsAt: instant.optional(),
    recurrence: recurrenceSchema.optional(),
    selection: selectionSchema.default({}),
    shareOfFleet: z
      .number()
      .gt(0)
      .max(1)
      .default(1)
      .meta({ description: 'Share of the selected devices that may be chosen, drawn for every occurrence.' }),
    limits: limitsSchema.default({}),
    priority: z.int().min(-1000).max(1000).default(0).meta({
      description: 'A campaign takes the devices it needs from campaigns of lower priority.',
    }),
    confidence: z.enum(confidences).default('P90').meta({
      description: 'Whether the target is to be met with 90 % confidence or in the middle case.',
    }),
    rampMinutes: z.number().min(0).max(720).default(0).meta({
      description: 'The target grows over so many minutes at the start and falls over as many at the end.',
    }),
    releaseCapKw: kw.optional().meta({
      description: 'kW that may come back on top of the usual draw after the window; absent: no cap.',
    }),
    holdOutShare: z
      .number()
      .min(0)
      .max(0.5)
      .default(0)
      .meta({ description: 'Share of the eligible zones left alone, to measure against.' }),
    staggerMinutes: z.number().min(0).max(10).default(0).meta({
      description:
        'Starts and ends are spread over so many minutes, so that the fleet does not switch as one.',
    }),
    seed: z
      .number()
      .int()
      .min(0)
      .max(2_147_483_647)
      .optional()
      .meta({ description: 'Same seed, same inputs: same plan.' }),
  })
  .refine(hasTime('startsAt'), needed('startsAt'))
  .refine(hasTime('endsAt'), needed('endsAt'));

/** Asked beside the other fields' form, so that a caller hears of everything at once. */
function hasTime(field: 'startsAt' | 'endsAt') {
  return (order: object) => 'recurrence' in order || field in order;
}

function needed(field: 'startsAt' | 'endsAt') {
  return {
    path: [field],
    error: 'is needed, unless there is a recurrence',
    when: ({ value }: { value: unknown }) => typeof value === 'object' && value !== null,
  };
}

export type CampaignOrderInput = z.input<typeof campaignOrderSchema>;
export type ParsedOrder = z.output<typeof campaignOrderSchema>;
export type Selection = z.infer<typeof selectionSchema>;
export type Confidence = (typeof confidences)[number];
