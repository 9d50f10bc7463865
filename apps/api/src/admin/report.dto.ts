import type { Rebound } from '@warmshift/campaigns';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { instantSchema, isoOf, kwhOf, kwOf, kwSchema } from '../http/wire';

const powerW = z.number().nullish();

const storedAccount = {
  commandedW: z.number(),
  acknowledgedW: z.number(),
  observedW: powerW,
  reportedW: powerW,
  estimatedW: powerW,
};

/** The report as it is stored: W and epoch ms. Reports of before it was split by quality have less. */
const storedReportSchema = z.object({
  slots: z.array(
    z.object({
      startsAt: z.number(),
      askedW: powerW,
      promisedW: z.number(),
      ...storedAccount,
      reboundW: powerW,
    }),
  ),
  byVendor: z.array(
    z.object({
      vendor: z.string(),
      actions: z.int(),
      measured: z.int(),
      observedWh: z.number(),
      slots: z.array(z.object({ startsAt: z.number(), ...storedAccount })).default([]),
    }),
  ),
  outcomes: z.record(z.string(), z.int()),
  reasons: z.record(z.string(), z.int()),
  preempted: z.int().default(0),
  holdOut: z
    .object({
      heldOutZones: z.int(),
      steeredZones: z.int(),
      scale: z.number().nullish(),
      slots: z.array(
        z.object({ startsAt: z.number(), expectedW: powerW, steeredW: powerW, deliveredW: powerW }),
      ),
    })
    .nullish(),
});

const accountShape = {
  commandedKw: kwSchema.meta({ description: 'Expected of the actions that were sent.' }),
  acknowledgedKw: kwSchema.meta({ description: 'Of these, what a read-back showed on the device.' }),
  observedKw: kwSchema
    .optional()
    .meta({ description: 'Seen in readings: baseline minus power. Absent where nothing was measured.' }),
  reportedKw: kwSchema.optional().meta({ description: 'Of the observed, measured by the vendor.' }),
  estimatedKw: kwSchema.optional().meta({ description: 'Of the observed, from ratings or models.' }),
};

const slotSchema = z.object({
  startsAt: instantSchema,
  askedKw: kwSchema.optional(),
  promisedKw: kwSchema,
  ...accountShape,
  reboundKw: kwSchema.optional().meta({
    description: 'Drawn on top of the baseline by zones whose action was over; not taken off the observed.',
  }),
});

const holdOutSchema = z.object({
  heldOutZones: z.int(),
  steeredZones: z.int(),
  scale: z.number().optional().meta({
    description: 'Draw of a steered zone over that of a hold-out zone in the hour before the window.',
  }),
  slots: z.array(
    z.object({
      startsAt: instantSchema,
      expectedKw: kwSchema.optional().meta({ description: 'Of the steered, by the hold-out devices.' }),
      steeredKw: kwSchema.optional(),
      deliveredKw: kwSchema.optional(),
    }),
  ),
});

export const reportSchema = z.object({
  occurrenceId: z.uuid(),
  finishedAt: instantSchema,
  slots: z.array(slotSchema),
  byVendor: z.array(
    z.object({
      vendor: z.string(),
      actions: z.int(),
      measured: z.int(),
      observedKwh: z.number(),
      slots: z.array(z.object({ startsAt: instantSchema, ...accountShape })),
    }),
  ),
  outcomes: z.record(z.string(), z.int()).meta({ description: 'Actions by the state they ended in.' }),
  reasons: z
    .record(z.string(), z.int())
    .meta({ description: 'Why actions did not run their course, by code.' }),
  preempted: z.int().meta({ description: 'Actions of campaigns of lower priority that ended for this one.' }),
  holdOut: holdOutSchema.optional(),
  rebound: z
    .object({
      reboundKwh: z.number(),
      slots: z.array(z.object({ startsAt: instantSchema, reboundKw: kwSchema.optional() })),
    })
    .meta({ description: 'What came back after the window, up to two hours, as far as they are over.' }),
});
export class ReportAnswer extends createZodDto(reportSchema) {}

export class ReportQuery extends createZodDto(
  z.strictObject({
    format: z.enum(['json', 'csv']).optional().meta({ description: 'Goes before the Accept header.' }),
    of: z.enum(['slots', 'actions']).default('slots').meta({
      description: 'What a CSV has a line for: every slot and vendor, or every action.',
    }),
  }),
) {}

type StoredAccount = z.infer<z.ZodObject<typeof storedAccount>>;

function toAccount({ acknowledgedW, commandedW, estimatedW, observedW, reportedW }: StoredAccount) {
  return {
    commandedKw: kwOf(commandedW),
    acknowledgedKw: kwOf(acknowledgedW),
    observedKw: kwOf(observedW ?? undefined),
    reportedKw: kwOf(reportedW ?? undefined),
    estimatedKw: kwOf(estimatedW ?? undefined),
  };
}

/** @throws ZodError when the stored report has another shape: a bug. */
export function toReport(
  occurrence: { readonly occurrenceId: string; readonly finishedAt: number },
  stored: unknown,
  rebound: Rebound,
): z.input<typeof reportSchema> {
  const { byVendor, holdOut, outcomes, preempted, reasons, slots } = storedReportSchema.parse(stored);
  return {
    occurrenceId: occurrence.occurrenceId,
    finishedAt: isoOf(occurrence.finishedAt),
    slots: slots.map((slot) => ({
      startsAt: isoOf(slot.startsAt),
      askedKw: kwOf(slot.askedW ?? undefined),
      promisedKw: kwOf(slot.promisedW),
      ...toAccount(slot),
      reboundKw: kwOf(slot.reboundW ?? undefined),
    })),
    byVendor: byVendor.map(({ observedWh, slots: own, ...vendor }) => ({
      ...vendor,
      observedKwh: kwhOf(observedWh),
      slots: own.map((slot) => ({ startsAt: isoOf(slot.startsAt), ...toAccount(slot) })),
    })),
    outcomes,
    reasons,
    preempted,
    holdOut: holdOut ? toHoldOut(holdOut) : undefined,
    rebound: {
      reboundKwh: kwhOf(rebound.reboundWh),
      slots: rebound.slots.map(({ reboundW, startsAt }) => ({
        startsAt: isoOf(startsAt),
        reboundKw: kwOf(reboundW),
      })),
    },
  };
}

type StoredHoldOut = NonNullable<z.infer<typeof storedReportSchema>['holdOut']>;

function toHoldOut({
  heldOutZones,
  scale,
  slots,
  steeredZones,
}: StoredHoldOut): z.input<typeof holdOutSchema> {
  return {
    heldOutZones,
    steeredZones,
    scale: scale ?? undefined,
    slots: slots.map(({ deliveredW, expectedW, startsAt, steeredW }) => ({
      startsAt: isoOf(startsAt),
      expectedKw: kwOf(expectedW ?? undefined),
      steeredKw: kwOf(steeredW ?? undefined),
      deliveredKw: kwOf(deliveredW ?? undefined),
    })),
  };
}
