import { deviceKinds, qualities, statusCodes, zoneKinds } from '@warmshift/domain';
import type {
  DeviceDetail,
  DeviceView,
  FleetSummary,
  ReadingView,
  SiteView,
  StatusChangeView,
  ZoneView,
} from '@warmshift/fleet-sync';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { pageSchema } from '../http/query';
import { instantSchema, isoOf, kwhOf, kwOf, kwSchema } from '../http/wire';
import { ruleSettingsAnswer } from './fleet-requests.dto';

const absentOrInstant = instantSchema.optional();

export const zoneStatusSchema = z.object({
  code: z.enum(statusCodes),
  reason: z.string(),
  canActivate: z.boolean(),
  inActive: z.boolean(),
  since: instantSchema,
  nextEligibleAt: absentOrInstant,
  assessedAt: instantSchema,
});

export const zoneSchema = z.object({
  zoneId: z.uuid(),
  zone: z.enum(zoneKinds),
  status: zoneStatusSchema
    .optional()
    .meta({ description: 'Absent until the zone was assessed for the first time.' }),
  measuredAt: absentOrInstant,
  temperatureC: z.number().optional(),
  setpointC: z.number().optional(),
  mode: z.string().optional(),
  heating: z.boolean().optional(),
  powerKw: kwSchema.optional(),
  powerQuality: z.enum(qualities),
  maxPowerKw: kwSchema.optional(),
});

export const deviceSchema = z.object({
  deviceId: z.uuid(),
  connectionId: z.uuid(),
  vendor: z.string(),
  vendorDeviceId: z.string(),
  vendorUserId: z.string().optional(),
  siteId: z.uuid().optional(),
  siteName: z.string().optional(),
  kind: z.enum(deviceKinds),
  name: z.string(),
  brand: z.string().optional(),
  model: z.string().optional(),
  country: z.string().optional(),
  online: z.boolean().optional(),
  faulty: z.boolean().optional(),
  vendorControl: z.boolean().meta({ description: "The vendor's documented interface can steer it." }),
  ratedPowerKw: kwSchema.optional(),
  maxCyclesPerDay: z.int().optional(),
  tags: z.array(z.string()),
  ruleSettings: ruleSettingsAnswer,
  enabled: z.boolean().meta({ description: "The supplier's own switch." }),
  optedOutAt: absentOrInstant.meta({
    description: 'Since when the customer wants no steering of it or of its site.',
  }),
  heldAt: absentOrInstant.meta({ description: 'Since when an emergency stop holds this device.' }),
  firstSeenAt: instantSchema,
  lastSeenAt: instantSchema,
  zones: z.array(zoneSchema),
});

export const deviceDetailSchema = deviceSchema.extend({
  cycles: z
    .array(z.object({ localDay: z.string(), observedStarts: z.int(), reservedStarts: z.int() }))
    .meta({ description: 'Starts per local day of the site, newest first, at most 14 days.' }),
  legionella: z
    .object({
      frequencyPerWeeks: z.number().optional(),
      capacityKwh: z.number().optional(),
      durationMinutes: z.number().optional(),
      enrolledAt: instantSchema,
      lastCompletedAt: absentOrInstant,
      runningSince: absentOrInstant,
      plannedStartsAt: absentOrInstant,
      plannedEndsAt: absentOrInstant,
    })
    .optional(),
});

export const siteSchema = z.object({
  siteId: z.uuid(),
  connectionId: z.uuid(),
  vendor: z.string(),
  vendorSiteId: z.string(),
  name: z.string(),
  timeZone: z.string().optional(),
  country: z.string().optional(),
  optedOutAt: absentOrInstant,
  quietHours: z.array(z.object({ from: z.string(), to: z.string(), weekdays: z.array(z.int()).optional() })),
  tags: z.array(z.string()),
  warnings: z.array(z.string()).meta({ description: "What the vendor warns of, in the vendor's words." }),
  devices: z.int(),
});

export const readingSchema = z.object({
  zoneId: z.uuid(),
  zone: z.enum(zoneKinds),
  measuredAt: instantSchema,
  receivedAt: instantSchema,
  temperatureC: z.number().optional(),
  setpointC: z.number().optional(),
  mode: z.string().optional(),
  online: z.boolean().optional(),
  heating: z.boolean().optional(),
  powerKw: kwSchema.optional(),
  powerQuality: z.enum(qualities),
});

export const statusChangeSchema = z.object({
  zoneId: z.uuid(),
  zone: z.enum(zoneKinds),
  at: instantSchema,
  code: z.enum(statusCodes),
  reason: z.string(),
});

export const fleetSummarySchema = z.object({
  devices: z.int(),
  zones: z.int(),
  readyZones: z.int().meta({ description: 'Zones in which an action could start now.' }),
  inActionZones: z.int(),
  powerKw: kwSchema.meta({
    description: 'Drawn now, by the newest reported or estimated reading of each zone.',
  }),
  expectedPowerKw: kwSchema.meta({
    description: "What the vendors' own models expect for the next quarter; without one, what is drawn now.",
  }),
  byVendor: z.array(z.object({ vendor: z.string(), devices: z.int() })),
  byKind: z.array(z.object({ kind: z.string(), devices: z.int() })),
  byCode: z.array(z.object({ code: z.enum(statusCodes), zones: z.int(), powerKw: kwSchema })),
});

export class DeviceAnswer extends createZodDto(deviceDetailSchema) {}
export class DevicesPage extends createZodDto(pageSchema(deviceSchema)) {}
export class SiteAnswer extends createZodDto(siteSchema) {}
export class SitesPage extends createZodDto(pageSchema(siteSchema)) {}
export class ReadingsPage extends createZodDto(pageSchema(readingSchema)) {}
export class StatusHistoryPage extends createZodDto(pageSchema(statusChangeSchema)) {}
export class FleetSummaryAnswer extends createZodDto(fleetSummarySchema) {}

function toZone({ status, measuredAt, powerW, maxPowerW, ...zone }: ZoneView): z.input<typeof zoneSchema> {
  return {
    ...zone,
    status: status && {
      ...status,
      since: isoOf(status.since),
      nextEligibleAt: isoOf(status.nextEligibleAt),
      assessedAt: isoOf(status.assessedAt),
    },
    measuredAt: isoOf(measuredAt),
    powerKw: kwOf(powerW),
    maxPowerKw: kwOf(maxPowerW),
  };
}

export function toDevice(device: DeviceView): z.input<typeof deviceSchema> {
  const { ratedPowerW, disabledAt, zones, tags, ruleSettings, ...facts } = device;
  return {
    ...facts,
    ratedPowerKw: kwOf(ratedPowerW),
    tags: [...tags],
    ruleSettings: ruleSettings as z.input<typeof ruleSettingsAnswer>,
    enabled: disabledAt === undefined,
    optedOutAt: isoOf(facts.optedOutAt),
    heldAt: isoOf(facts.heldAt),
    firstSeenAt: isoOf(facts.firstSeenAt),
    lastSeenAt: isoOf(facts.lastSeenAt),
    zones: zones.map(toZone),
  };
}

export function toDeviceDetail({
  cycles,
  legionella,
  ...device
}: DeviceDetail): z.input<typeof deviceDetailSchema> {
  return { ...toDevice(device), cycles: [...cycles], legionella: legionella && toLegionella(legionella) };
}

function toLegionella({ capacityWh, ...facts }: NonNullable<DeviceDetail['legionella']>) {
  return {
    ...facts,
    capacityKwh: capacityWh === undefined ? undefined : kwhOf(capacityWh),
    enrolledAt: isoOf(facts.enrolledAt),
    lastCompletedAt: isoOf(facts.lastCompletedAt),
    runningSince: isoOf(facts.runningSince),
    plannedStartsAt: isoOf(facts.plannedStartsAt),
    plannedEndsAt: isoOf(facts.plannedEndsAt),
  };
}

export function toSite(site: SiteView): z.input<typeof siteSchema> {
  return {
    ...site,
    optedOutAt: isoOf(site.optedOutAt),
    quietHours: site.quietHours.map(({ weekdays, ...hours }) => ({
      ...hours,
      weekdays: weekdays && [...weekdays],
    })),
    tags: [...site.tags],
    warnings: [...site.warnings],
  };
}

export function toReading({ powerW, ...reading }: ReadingView): z.input<typeof readingSchema> {
  return {
    ...reading,
    measuredAt: isoOf(reading.measuredAt),
    receivedAt: isoOf(reading.receivedAt),
    powerKw: kwOf(powerW),
  };
}

export function toStatusChange({
  id: _id,
  at,
  ...change
}: StatusChangeView): z.input<typeof statusChangeSchema> {
  return { ...change, at: isoOf(at) };
}

export function toSummary(summary: FleetSummary): z.input<typeof fleetSummarySchema> {
  const { powerW, expectedPowerW, byVendor, byKind, byCode, ...counts } = summary;
  return {
    ...counts,
    powerKw: kwOf(powerW),
    expectedPowerKw: kwOf(expectedPowerW),
    byVendor: [...byVendor],
    byKind: [...byKind],
    byCode: byCode.map((entry) => ({ code: entry.code, zones: entry.zones, powerKw: kwOf(entry.powerW) })),
  };
}
