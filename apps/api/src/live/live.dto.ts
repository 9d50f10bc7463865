import { occurrenceStatuses } from '@warmshift/campaigns';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { reportSchema } from '../admin/report.dto';
import { instantSchema, kwSchema } from '../http/wire';

/** `data` of an event. */
export const occurrenceEventSchema = z.object({
  occurrenceId: z.uuid(),
  status: z.enum(occurrenceStatuses),
  startsAt: instantSchema,
  endsAt: instantSchema,
  states: z.record(z.string(), z.int()).meta({ description: 'Actions by state.' }),
  slots: z
    .array(
      z.object({
        startsAt: instantSchema,
        askedKw: kwSchema.optional(),
        promisedKw: kwSchema,
        acknowledgedKw: kwSchema
          .optional()
          .meta({ description: 'kW expected of the actions that a read-back has shown on their devices.' }),
        observedKw: kwSchema
          .optional()
          .meta({ description: 'kW by the readings so far; absent where nothing was measured yet.' }),
      }),
    )
    .optional()
    .meta({ description: 'Of `progress`.' }),
  report: reportSchema.optional().meta({ description: 'Of `finished`.' }),
});
export type OccurrenceEventData = z.input<typeof occurrenceEventSchema>;

export class OccurrenceEvent extends createZodDto(occurrenceEventSchema) {}
