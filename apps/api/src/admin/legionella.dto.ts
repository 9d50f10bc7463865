import { evidenceCsvHeader, legionellaStates, minuteMs } from '@warmshift/domain';
import type { LegionellaReport, OverdueTank } from '@warmshift/steerable-status';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { pageQuery, pageSchema } from '../http/query';
import { instantSchema, isoOf } from '../http/wire';

const hours = (description: string) => z.number().meta({ description });
const hourMs = 60 * minuteMs;

const obstacleSchema = z
  .object({ code: z.string(), reason: z.string() })
  .meta({ description: 'Why no run of ours is planned: a status code, or `RUNS_FAILED`.' });
const holdSchema = z.object({
  temperatureC: z.number(),
  minutes: z
    .number()
    .optional()
    .meta({ description: "How long it must be held; absent: the device's own time." }),
});

const legionellaSchema = z.object({
  deviceId: z.uuid(),
  deviceName: z.string(),
  zoneId: z.uuid(),
  state: z.enum(legionellaStates).meta({
    description: 'The most urgent word: `running`, `overdue`, `planned`, `due` or `idle`.',
  }),
  overdue: z.boolean(),
  enrolledAt: instantSchema,
  lastCompletedAt: instantSchema.optional().meta({ description: 'Absent: no run was ever seen.' }),
  dueAt: instantSchema,
  runningSince: instantSchema.optional(),
  planned: z.object({ startsAt: instantSchema, endsAt: instantSchema, actionId: z.uuid() }).optional().meta({
    description: 'A run of ours, with the action that heats.',
  }),
  obstacle: obstacleSchema.optional(),
  profile: z.object({
    id: z.string(),
    country: z.string().optional(),
    source: z.string(),
    holds: z.array(holdSchema).meta({ description: 'Any one of them is a run.' }),
  }),
  intervalHours: hours('Longest time between the ends of two runs.'),
  marginHours: hours('Kept free before a run is due.'),
  evidence: z.object({
    from: instantSchema,
    to: instantSchema,
    kept: z.boolean().meta({ description: 'No gap was longer than the interval.' }),
    runs: z.array(
      z.object({
        startedAt: instantSchema,
        completedAt: instantSchema,
        heldMinutes: z.number(),
        profileId: z.string(),
        holds: z.array(holdSchema),
      }),
    ),
    gaps: z.array(
      z.object({
        from: instantSchema,
        to: instantSchema,
        overHours: z.number(),
        open: z.boolean(),
      }),
    ),
  }),
});

const overdueSchema = z.object({
  deviceId: z.uuid(),
  deviceName: z.string(),
  zoneId: z.uuid(),
  vendor: z.string(),
  dueAt: instantSchema,
  lastCompletedAt: instantSchema.optional(),
  planned: z.object({ startsAt: instantSchema, endsAt: instantSchema }).optional(),
  obstacle: obstacleSchema.optional(),
});

export class LegionellaQuery extends createZodDto(
  z.strictObject({
    format: z
      .enum(['json', 'csv'])
      .optional()
      .meta({
        description: `\`csv\`: only the evidence, one line per run and per gap, with the header ${evidenceCsvHeader}. So does \`Accept: text/csv\`.`,
      }),
  }),
) {}
export class LegionellaAnswer extends createZodDto(legionellaSchema) {}
export class OverdueTanksQuery extends createZodDto(pageQuery({ default: 100, highest: 1000 }).strict()) {}
export class OverdueTanksPage extends createZodDto(pageSchema(overdueSchema)) {}

export function toLegionella(report: LegionellaReport): z.input<typeof legionellaSchema> {
  const { evidence, profile, planned, marginMs, ...facts } = report;
  return {
    ...facts,
    overdue: facts.state === 'overdue',
    enrolledAt: isoOf(facts.enrolledAt),
    lastCompletedAt: isoOf(facts.lastCompletedAt),
    dueAt: isoOf(facts.dueAt),
    runningSince: isoOf(facts.runningSince),
    planned: planned && {
      actionId: planned.actionId,
      startsAt: isoOf(planned.startsAt),
      endsAt: isoOf(planned.endsAt),
    },
    profile: { ...profile, holds: profile.holds.map(toHold) },
    intervalHours: hoursOf(evidence.intervalMs),
    marginHours: hoursOf(marginMs),
    evidence: {
      from: isoOf(evidence.from),
      to: isoOf(evidence.to),
      kept: evidence.kept,
      runs: evidence.runs.map(({ startedAt, completedAt, heldMs, profileId, holds }) => ({
        startedAt: isoOf(startedAt),
        completedAt: isoOf(completedAt),
        heldMinutes: Math.round(heldMs / minuteMs),
        profileId,
        holds: holds.map(toHold),
      })),
      gaps: evidence.gaps.map(({ from, to, overMs, open }) => ({
        from: isoOf(from),
        to: isoOf(to),
        overHours: hoursOf(overMs),
        open,
      })),
    },
  };
}

export function toOverdueTank(tank: OverdueTank): z.input<typeof overdueSchema> {
  const { deviceId, deviceName, zoneId, vendor, planned, obstacle } = tank;
  return {
    deviceId,
    deviceName,
    zoneId,
    vendor,
    dueAt: isoOf(tank.dueAt),
    lastCompletedAt: isoOf(tank.lastCompletedAt),
    planned: planned && { startsAt: isoOf(planned.startsAt), endsAt: isoOf(planned.endsAt) },
    obstacle,
  };
}

function toHold({ temperatureC, holdMs }: LegionellaReport['profile']['holds'][number]) {
  return { temperatureC, minutes: holdMs === undefined ? undefined : holdMs / minuteMs };
}

function hoursOf(ms: number): number {
  return Math.round((ms / hourMs) * 10) / 10;
}
