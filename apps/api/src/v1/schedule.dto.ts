import { directions } from '@warmshift/domain';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { instantInput } from '../http/wire';

/** 24 hours of quarters of an hour. */
export const slotsPerSchedule = 96;

const slots = z
  .array(z.enum([...directions, 'none']))
  .length(slotsPerSchedule, `must have ${slotsPerSchedule} entries, one per quarter of an hour`)
  .optional();

/** NOX has not published its body: this one is ours. */
export class ScheduleBody extends createZodDto(
  z.strictObject({
    device_id: z.uuid('is not an id'),
    start_time: instantInput.optional().meta({
      description: 'Moved to the next quarter of an hour, unless it is one. Without it, the next one.',
    }),
    DHW: slots.meta({ description: 'The tank, slot by slot. `none`: left alone.' }),
    room: slots.meta({ description: 'Room heating, slot by slot. `none`: left alone.' }),
  }),
) {}

export class ScheduleAnswer extends createZodDto(
  z.object({
    status: z.literal('success'),
    message: z.string(),
    meta: z.object({
      energy_supplier: z.string(),
      schedule_granularity: z.literal('15min'),
      timezone: z.literal('UTC'),
      starts_at: z.iso.datetime(),
      campaign_ids: z
        .array(z.uuid())
        .meta({ description: 'One per stretch of equal slots, to watch or cancel.' }),
    }),
  }),
) {}
