import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { instantSchema, isoOf, kwhOf, kwOf, kwSchema } from '../http/wire';

const powerW = z.number().nullish();

/** The report as it is stored: W and epoch ms. */
const storedReportSchema = z.object({
  slots: z.array(
    z.object({
      startsAt: z.number(),
      askedW: powerW,
      promisedW: z.number(),
      commandedW: z.number(),
      acknowledgedW: z.number(),
      observedW: powerW,
    }),
  ),
  byVendor: z.array(
    z.object({ vendor: z.string(), actions: z.int(), measured: z.int(), observedWh: z.number() }),
  ),
  outcomes: z.record(z.string(), z.int()),
  reasons: z.record(z.string(), z.int()),
});

export const reportSchema = z.object({
  occurrenceId: z.uuid(),
  finishedAt: instantSchema,
  slots: z.array(
    z.object({
      startsAt: instantSchema,
      askedKw: kwSchema.optional(),
      promisedKw: kwSchema,
      commandedKw: kwSchema.meta({ description: 'Expected of the actions that were sent.' }),
      acknowledgedKw: kwSchema.meta({ description: 'Of these, what a read-back showed on the device.' }),
      observedKw: kwSchema
        .optional()
        .meta({ description: 'Seen in readings: baseline minus power. Absent where nothing was measured.' }),
    }),
  ),
  byVendor: z.array(
    z.object({ vendor: z.string(), actions: z.int(), measured: z.int(), observedKwh: z.number() }),
  ),
  outcomes: z.record(z.string(), z.int()).meta({ description: 'Actions by the state they ended in.' }),
  reasons: z
    .record(z.string(), z.int())
    .meta({ description: 'Why actions did not run their course, by code.' }),
});
export class ReportAnswer extends createZodDto(reportSchema) {}

/** @throws ZodError when the stored report has another shape: a bug. */
export function toReport(
  occurrence: { readonly occurrenceId: string; readonly finishedAt: number },
  stored: unknown,
): z.input<typeof reportSchema> {
  const { slots, byVendor, outcomes, reasons } = storedReportSchema.parse(stored);
  return {
    occurrenceId: occurrence.occurrenceId,
    finishedAt: isoOf(occurrence.finishedAt),
    slots: slots.map((slot) => ({
      startsAt: isoOf(slot.startsAt),
      askedKw: kwOf(slot.askedW ?? undefined),
      promisedKw: kwOf(slot.promisedW),
      commandedKw: kwOf(slot.commandedW),
      acknowledgedKw: kwOf(slot.acknowledgedW),
      observedKw: kwOf(slot.observedW ?? undefined),
    })),
    byVendor: byVendor.map(({ observedWh, ...vendor }) => ({ ...vendor, observedKwh: kwhOf(observedWh) })),
    outcomes,
    reasons,
  };
}
