import type { ActionDetail, ActionView } from '@warmshift/action-queue';
import { actionPurposes, actionStates, directions, zoneKinds } from '@warmshift/domain';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { pageQuery, pageSchema, queryBoolean, queryText } from '../http/query';
import { instantSchema, isoOf, kwOf, kwSchema } from '../http/wire';

const code = z.string().meta({ description: 'A status code of the zone, or what else ended the action.' });
const absentOrInstant = instantSchema.optional();

const eventSchema = z.object({
  at: instantSchema,
  from: z.enum(actionStates),
  to: z.enum(actionStates),
  event: z.string(),
  code: code.optional(),
  cause: z.string().optional(),
  words: z.string().optional().meta({ description: "The vendor's own words." }),
});

export const actionSchema = z.object({
  actionId: z.uuid(),
  purpose: z.enum(actionPurposes).meta({
    description: '`disinfection`: a planned legionella run of the tank, which no campaign asked for.',
  }),
  campaignId: z.uuid().optional(),
  campaignName: z.string().optional(),
  occurrenceId: z.uuid().optional(),
  connectionId: z.uuid(),
  vendor: z.string(),
  deviceId: z.uuid(),
  deviceName: z.string(),
  zoneId: z.uuid(),
  zone: z.enum(zoneKinds),
  direction: z.enum(directions),
  startsAt: instantSchema,
  endsAt: instantSchema,
  state: z.enum(actionStates),
  code: code.optional(),
  reason: z.string().optional(),
  overdue: z
    .boolean()
    .meta({ description: 'The device may hold something of ours past the end of its window.' }),
  expectedYieldKw: kwSchema,
  baselineKw: kwSchema,
  cyclesReserved: z.int(),
  sentAt: absentOrInstant,
  activeAt: absentOrInstant.meta({ description: 'When a read-back showed it on the device.' }),
  restoreSentAt: absentOrInstant,
  endedAt: absentOrInstant,
  endRequestedAt: absentOrInstant.meta({
    description: 'Asked to end before its time: cancelled or stopped.',
  }),
  endCode: code.optional(),
  attempts: z.int(),
  dueAt: absentOrInstant.meta({ description: 'When the next step, or the next try of this one, is due.' }),
  lastEvent: eventSchema.optional().meta({ description: 'What was tried last, and what came of it.' }),
});

const vendorJson = z.record(z.string(), z.unknown()).optional();

export const actionDetailSchema = actionSchema.extend({
  snapshot: vendorJson.meta({ description: "What the device held before, in the vendor's terms." }),
  command: vendorJson,
  restoreCommand: vendorJson,
  history: z.array(eventSchema),
});

const page = pageQuery({ default: 100, highest: 1000 });
const state = z
  .string({ error: 'must be given once' })
  .transform((text) => text.split(','))
  .pipe(z.array(z.enum(actionStates)))
  .optional()
  .meta({
    type: 'string',
    description: `One or more states with commas between: ${actionStates.join(', ')}.`,
  });
const overdue = queryBoolean().optional().meta({ type: 'boolean' });

export class ActionsQuery extends createZodDto(
  page
    .extend({
      state,
      overdue,
      vendor: queryText(50).optional(),
      occurrence: z.uuid().optional(),
      connection: z.uuid().optional(),
      device: z.uuid().optional(),
    })
    .strict(),
) {}
/** Of one device or one occurrence. */
export class ActionsOfQuery extends createZodDto(page.extend({ state, overdue }).strict()) {}

export class ActionsPage extends createZodDto(pageSchema(actionSchema)) {}
export class ActionAnswer extends createZodDto(actionDetailSchema) {}

export function toAction(action: ActionView): z.input<typeof actionSchema> {
  const { expectedYieldW, baselineW, lastEvent, ...facts } = action;
  return {
    ...facts,
    startsAt: isoOf(facts.startsAt),
    endsAt: isoOf(facts.endsAt),
    expectedYieldKw: kwOf(expectedYieldW),
    baselineKw: kwOf(baselineW),
    sentAt: isoOf(facts.sentAt),
    activeAt: isoOf(facts.activeAt),
    restoreSentAt: isoOf(facts.restoreSentAt),
    endedAt: isoOf(facts.endedAt),
    endRequestedAt: isoOf(facts.endRequestedAt),
    dueAt: isoOf(facts.dueAt),
    lastEvent: lastEvent && { ...lastEvent, at: isoOf(lastEvent.at) },
  };
}

export function toActionDetail(detail: ActionDetail): z.input<typeof actionDetailSchema> {
  const { history, snapshot, command, restoreCommand, ...action } = detail;
  return {
    ...toAction(action),
    snapshot,
    command,
    restoreCommand,
    history: history.map(({ at, ...entry }) => ({ ...entry, at: isoOf(at) })),
  };
}
