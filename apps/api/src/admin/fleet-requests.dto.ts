import {
  dayMs,
  deviceKinds,
  InvalidInput,
  statusCodes,
  zoneKinds,
  type Instant,
  type Span,
} from '@warmshift/domain';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { pageQuery, queryText } from '../http/query';
import { instantInput, instantOf } from '../http/wire';

const tags = z
  .array(z.string().trim().min(1, 'must not be empty').max(100))
  .max(50)
  .meta({ description: 'Replaces all tags. Campaigns can select by them.' });
const optedOut = z.boolean().meta({ description: 'The customer wants no steering.' });

export const ruleSettingsSchema = z.record(z.string(), z.unknown()).meta({
  description:
    'Replaces all settings. Comfort: roomFloorC, roomCeilingC, maxDeltaK, dhwFloorC, dhwCeilingC, maxActionMs, ' +
    'maxDhwHeatingMs, restMs, maxActionsPerDay. Compressor: minOnMs, minOffMs, maxStartsPerHour. Starts kept for the device: ' +
    'startsPerDayWithoutHistory, spareStarts. Starts assumed for the hours before a device was connected, on its first day: ' +
    'unseenStartsPerDay (0: not counted, so a device may go over its limit on that day). Legionella: ' +
    'legionellaFrequencyReading (runs-per-week, weeks-between-runs), legionellaMarginMs. Never beyond the hard limits.',
  examples: [{ roomFloorC: 18, maxActionMs: 3_600_000 }],
});

/** Rule settings as they are answered: numbers, and words where a rule has readings to choose from. */
export const ruleSettingsAnswer = z.record(z.string(), z.union([z.number(), z.string()]));

export class DevicesQuery extends createZodDto(
  pageQuery({ default: 100, highest: 1000 })
    .extend({
      vendor: queryText(50).optional(),
      kind: z.enum(deviceKinds).optional(),
      code: z.enum(statusCodes).optional().meta({ description: 'Devices with a zone of this status.' }),
      site: z.uuid().optional(),
      connection: z.uuid().optional(),
      tag: queryText(100).optional().meta({ description: 'Of the device or its site.' }),
      search: queryText(100)
        .optional()
        .meta({ description: "Part of the name, vendor's id, brand, model or site's name." }),
    })
    .strict(),
) {}

export class SitesQuery extends createZodDto(
  pageQuery({ default: 100, highest: 1000 })
    .extend({ connection: z.uuid().optional(), tag: queryText(100).optional() })
    .strict(),
) {}

export class SitePatchBody extends createZodDto(
  z.strictObject({
    optedOut: optedOut.optional(),
    quietHours: z
      .array(z.unknown())
      .max(50)
      .optional()
      .meta({
        description:
          'Replaces all quiet hours: wall time of the site, HH:MM; `to` at or before `from` means the next day; ' +
          '`weekdays` 1 (Monday) to 7, on which they begin.',
        examples: [[{ from: '22:00', to: '06:00' }]],
      }),
    tags: tags.optional(),
    timeZone: z.string().max(100).optional().meta({
      description: 'IANA name. A time zone that the vendor states replaces it at the next listing.',
    }),
  }),
) {}

export class DevicePatchBody extends createZodDto(
  z.strictObject({
    optedOut: optedOut.optional(),
    enabled: z.boolean().optional().meta({ description: "The supplier's own switch." }),
    tags: tags.optional(),
    ruleSettings: ruleSettingsSchema.optional(),
  }),
) {}

export class ReadingsQuery extends createZodDto(
  pageQuery({ default: 1000, highest: 5000 })
    .extend({
      from: instantInput.optional().meta({ description: 'ISO 8601. Without it, 24 hours before `to`.' }),
      to: instantInput.optional().meta({ description: 'ISO 8601, itself not included. Without it, now.' }),
      zone: z.enum(zoneKinds).optional(),
    })
    .strict(),
) {}

export class HistoryQuery extends createZodDto(pageQuery({ default: 100, highest: 1000 }).strict()) {}

const longestReadingsMs = 31 * dayMs;

/** The stretch of time of a readings query. @throws InvalidInput when it is empty or longer than 31 days. */
export function readingsSpan(query: Pick<ReadingsQuery, 'from' | 'to'>, now: Instant): Span {
  const endsAt = instantOf(query.to) ?? now;
  const startsAt = instantOf(query.from) ?? endsAt - dayMs;
  if (startsAt >= endsAt) throw InvalidInput.because('from', 'must be before to');
  if (endsAt - startsAt > longestReadingsMs)
    throw InvalidInput.because('from', 'may be 31 days before to at most');
  return { startsAt, endsAt };
}
