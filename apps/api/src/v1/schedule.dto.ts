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

const always = Array.from({ length: slotsPerSchedule }, () => 'none' as const);

/** NOX has not published its body: this one is ours. */
export class ScheduleBody extends createZodDto(
  z
    .strictObject({
      device_id: z.uuid('is not an id'),
      start_time: instantInput.optional().meta({
        description: 'Moved to the next quarter of an hour, unless it is one. Without it, the next one.',
      }),
      DHW: slots.meta({ description: 'The tank, slot by slot. `none`: left alone.' }),
      room: slots.meta({ description: 'Room heating, slot by slot. `none`: left alone.' }),
    })
    .meta({
      examples: [
        {
          device_id: '01a5c222-5b76-4531-b587-5deeb81a3db3',
          start_time: '2026-01-15T16:00:00Z',
          room: always.map((slot, index) => (index >= 4 && index < 8 ? 'decrease' : slot)),
        },
      ],
    }),
) {}

export class ScheduleAnswer extends createZodDto(
  z
    .object({
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
    })
    .meta({
      examples: [
        {
          status: 'success',
          message: 'Schedule submitted successfully',
          meta: {
            energy_supplier: 'Energy Supplier A',
            schedule_granularity: '15min',
            timezone: 'UTC',
            starts_at: '2026-01-15T16:00:00.000Z',
            campaign_ids: ['7d3c1b52-9d0a-4a5e-8d0a-0f6f2d1c9b11'],
          },
        },
      ],
    }),
) {}
