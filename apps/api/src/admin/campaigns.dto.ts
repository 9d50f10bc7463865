import {
  campaignOrderSchema,
  campaignStatuses,
  confidences,
  limitsSchema,
  occurrenceStatuses,
  recurrenceSchema,
  selectionSchema,
  type Campaign,
  type Occurrence,
  type OccurrenceSummary,
  type Preview,
} from '@warmshift/campaigns';
import {
  directions,
  leftOutCodes,
  zoneKinds,
  type AfterSlot,
  type LeftOut,
  type PlanSlot,
} from '@warmshift/domain';
import type { ZoneLabel } from '@warmshift/fleet-sync';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { pageQuery } from '../http/query';
import { instantSchema, isoOf, kwhOf, kwOf, kwSchema } from '../http/wire';

export class CampaignOrderBody extends createZodDto(campaignOrderSchema) {}

const summarySchema = z.object({
  occurrenceId: z.uuid(),
  startsAt: instantSchema,
  endsAt: instantSchema,
  status: z.enum(occurrenceStatuses),
  localDay: z.string().optional().meta({ description: 'Of a recurring campaign.' }),
});

export const campaignSchema = z.object({
  campaignId: z.uuid(),
  name: z.string(),
  direction: z.enum(directions),
  targetKw: kwSchema.optional().meta({ description: 'kW in every slot; absent: as much as possible.' }),
  targetKwPerSlot: z.array(kwSchema).optional(),
  selection: selectionSchema,
  shareOfFleet: z.number(),
  limits: limitsSchema,
  priority: z.int(),
  confidence: z.enum(confidences),
  rampMinutes: z.number(),
  releaseCapKw: kwSchema.optional(),
  recurrence: recurrenceSchema.optional(),
  startsAt: instantSchema,
  endsAt: instantSchema,
  holdOutShare: z.number(),
  staggerMinutes: z.number(),
  seed: z.int(),
  status: z.enum(campaignStatuses),
  createdBy: z.string(),
  createdAt: instantSchema,
  occurrences: z.array(summarySchema),
});

const replanSchema = z.object({
  at: instantSchema,
  reason: z.enum(['SHORT', 'OVER']),
  slotStartsAt: instantSchema.meta({ description: 'The slot that was looked at.' }),
  askedKw: kwSchema,
  deliveredKw: kwSchema,
  added: z.int().meta({ description: 'Actions that were planned besides.' }),
  ended: z.int().meta({ description: 'Actions that were ended early.' }),
});

export const occurrenceSchema = summarySchema.extend({
  campaignId: z.uuid(),
  campaignName: z.string(),
  direction: z.enum(directions),
  targetKw: kwSchema.optional(),
  targetKwPerSlot: z.array(kwSchema).optional(),
  priority: z.int(),
  replans: z.array(replanSchema).meta({ description: 'What was changed inside the window, and why.' }),
  plannedAt: instantSchema.optional(),
  finishedAt: instantSchema.optional(),
});

export const planSlotSchema = z.object({
  startsAt: instantSchema,
  targetKw: kwSchema.optional(),
  expectedKw: kwSchema.meta({ description: 'Expected mean of the slot, net of rebound.' }),
  promisedKw: kwSchema.meta({ description: 'Promised with 90 % confidence.' }),
  shortfallKw: kwSchema,
});

/** What people call the zone; absent when it is gone. */
const labelShape = {
  zoneId: z.uuid(),
  zone: z.enum(zoneKinds).optional(),
  deviceId: z.uuid().optional(),
  deviceName: z.string().optional(),
  vendor: z.string().optional(),
};

export const leftOutSchema = z.object({
  ...labelShape,
  code: z.enum(leftOutCodes),
  reason: z.string(),
  nextEligibleAt: instantSchema.optional(),
});

const leftOutCountSchema = z.object({ code: z.enum(leftOutCodes), zones: z.int() });

const planShape = {
  slots: z.array(planSlotSchema),
  chosen: z.int().meta({ description: 'Actions of the plan.' }),
  reboundKwh: z.number().meta({ description: 'kWh expected to come back after the window.' }),
  afterSlots: z
    .array(z.object({ startsAt: instantSchema, reboundKw: kwSchema }))
    .meta({ description: 'kW that come back in the two hours after the window.' }),
  cost: z
    .number()
    .optional()
    .meta({ description: 'In comfort and fairness, without a unit; what a plan keeps small.' }),
  leftOutByCode: z.array(leftOutCountSchema),
};

const quotaUseSchema = z.object({
  connectionId: z.uuid(),
  vendor: z.string(),
  actions: z.int(),
  requests: z.int().meta({ description: 'Vendor requests for their starts and restores.' }),
  requestsToday: z.int().meta({ description: 'Made already on this day (UTC).' }),
  requestsPerDay: z.int().optional().meta({ description: 'Absent: the vendor states no quota.' }),
});

export const previewSchema = z.object({
  ...planShape,
  preempted: z.int().meta({ description: 'Actions of campaigns of lower priority that would end for it.' }),
  quotaUse: z.array(quotaUseSchema),
  actions: z
    .array(
      z.object({
        ...labelShape,
        startsAt: instantSchema,
        endsAt: instantSchema,
        expectedYieldKw: kwSchema,
        cycleCost: z.int(),
      }),
    )
    .meta({ description: 'The first 500.' }),
  leftOut: z.array(leftOutSchema).meta({ description: 'The first 500.' }),
});

export const planSchema = z.object({
  ...planShape,
  occurrenceId: z.uuid(),
  plannedAt: instantSchema,
  leftOut: z.array(leftOutSchema).meta({ description: 'One page of them.' }),
  nextCursor: z.string().nullable(),
});

export class CampaignAnswer extends createZodDto(campaignSchema) {}
export class CampaignsPage extends createZodDto(
  z.object({ data: z.array(campaignSchema), nextCursor: z.string().nullable() }),
) {}
export class PreviewAnswer extends createZodDto(previewSchema) {}
export class OccurrenceAnswer extends createZodDto(occurrenceSchema) {}
export class PlanAnswer extends createZodDto(planSchema) {}
export class CampaignsQuery extends createZodDto(pageQuery({ default: 50, highest: 200 }).strict()) {}
export class PlanQuery extends createZodDto(pageQuery({ default: 500, highest: 5000 }).strict()) {}

/** How many zones a preview names one by one. */
export const previewNames = 500;

type Labels = ReadonlyMap<string, ZoneLabel>;

function toOccurrenceSummary(summary: OccurrenceSummary) {
  const { localDay, occurrenceId, status } = summary;
  return { occurrenceId, status, localDay, startsAt: isoOf(summary.startsAt), endsAt: isoOf(summary.endsAt) };
}

export function toCampaign(campaign: Campaign): z.input<typeof campaignSchema> {
  const { limits, occurrences, rampMs, releaseCapW, staggerMs, targetW, targetsW } = campaign;
  const { campaignId, confidence, createdBy, direction, holdOutShare, name, priority } = campaign;
  const { recurrence, seed, selection, shareOfFleet, status, ...facts } = campaign;
  return {
    campaignId,
    name,
    direction,
    selection,
    shareOfFleet,
    priority,
    confidence,
    recurrence: recurrence && {
      ...recurrence,
      weekdays: [...recurrence.weekdays],
      except: [...recurrence.except],
    },
    holdOutShare,
    seed,
    status,
    createdBy,
    targetKw: kwOf(targetW),
    targetKwPerSlot: targetsW?.map((powerW) => kwOf(powerW)),
    limits: {
      ...(limits.maxSpanMs !== undefined && { maxMinutesPerZone: limits.maxSpanMs / 60_000 }),
      ...(limits.maxOffsetK !== undefined && { maxSetpointOffsetK: limits.maxOffsetK }),
    },
    rampMinutes: rampMs / 60_000,
    releaseCapKw: kwOf(releaseCapW),
    startsAt: isoOf(facts.startsAt),
    endsAt: isoOf(facts.endsAt),
    staggerMinutes: staggerMs / 60_000,
    createdAt: isoOf(facts.createdAt),
    occurrences: occurrences.map(toOccurrenceSummary),
  };
}

export function toOccurrence(occurrence: Occurrence): z.input<typeof occurrenceSchema> {
  const { campaignId, campaignName, direction, targetW, targetsW, plannedAt, finishedAt } = occurrence;
  return {
    ...toOccurrenceSummary(occurrence),
    campaignId,
    campaignName,
    direction,
    targetKw: kwOf(targetW),
    targetKwPerSlot: targetsW?.map((powerW) => kwOf(powerW)),
    priority: occurrence.priority,
    replans: occurrence.replans.map(({ askedW, at, deliveredW, slotStartsAt, ...replan }) => ({
      ...replan,
      at: isoOf(at),
      slotStartsAt: isoOf(slotStartsAt),
      askedKw: kwOf(askedW),
      deliveredKw: kwOf(deliveredW),
    })),
    plannedAt: isoOf(plannedAt),
    finishedAt: isoOf(finishedAt),
  };
}

export function toPlanSlot(slot: PlanSlot): z.input<typeof planSlotSchema> {
  return {
    startsAt: isoOf(slot.startsAt),
    targetKw: kwOf(slot.targetW),
    expectedKw: kwOf(slot.expectedW),
    promisedKw: kwOf(slot.promisedW),
    shortfallKw: kwOf(slot.shortfallW),
  };
}

export function toLeftOut(leftOut: LeftOut, labels: Labels): z.input<typeof leftOutSchema> {
  const { zoneId, code, reason, nextEligibleAt } = leftOut;
  return { zoneId, ...labels.get(zoneId), code, reason, nextEligibleAt: isoOf(nextEligibleAt) };
}

/** Most frequent first. */
export function countByCode(leftOut: readonly LeftOut[]): z.input<typeof leftOutCountSchema>[] {
  const counts = new Map<LeftOut['code'], number>();
  for (const { code } of leftOut) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts].map(([code, zones]) => ({ code, zones })).sort((a, b) => b.zones - a.zones);
}

/** What a plan expects after its window; plans of before it was kept have none. */
export function toAfterSlots(afterSlots: readonly AfterSlot[] = []) {
  return afterSlots.map(({ reboundW, startsAt }) => ({
    startsAt: isoOf(startsAt),
    reboundKw: kwOf(reboundW),
  }));
}

export function toPreview(plan: Preview, labels: Labels): z.input<typeof previewSchema> {
  return {
    slots: plan.slots.map(toPlanSlot),
    chosen: plan.actions.length,
    reboundKwh: kwhOf(plan.reboundWh),
    afterSlots: toAfterSlots(plan.afterSlots),
    cost: plan.cost,
    preempted: plan.preempted,
    quotaUse: [...plan.quotaUse],
    leftOutByCode: countByCode(plan.leftOut),
    actions: plan.actions
      .slice(0, previewNames)
      .map(({ zoneId, deviceId, span, expectedYieldW, cycleCost }) => ({
        zoneId,
        deviceId,
        ...labels.get(zoneId),
        startsAt: isoOf(span.startsAt),
        endsAt: isoOf(span.endsAt),
        expectedYieldKw: kwOf(expectedYieldW),
        cycleCost,
      })),
    leftOut: plan.leftOut.slice(0, previewNames).map((entry) => toLeftOut(entry, labels)),
  };
}
