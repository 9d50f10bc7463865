import type { Schemas } from '@warmshift/client';
import { Option, type Command } from 'commander';
import { z } from 'zod';
import { UsageError } from '../errors';
import { optionOf } from '../text/words';
import { instantOf } from './instant';

export type Order = Schemas['CampaignOrderBody'];

const number = z
  .string()
  .transform((text) => (text.trim() === '' ? Number.NaN : Number(text)))
  .pipe(z.number({ error: 'must be a number' }))
  .optional();
const texts = z.array(z.string().min(1, 'must not be empty')).optional();

/** The options as commander hands them over. What an order may hold is the service's to say: here they only become numbers. */
const optionsSchema = z.object({
  name: z.string().optional(),
  direction: z.enum(['decrease', 'increase']).optional(),
  from: z.string().optional(),
  to: z.string().optional(),
  targetKw: number,
  vendor: texts,
  kind: texts,
  zone: texts,
  country: texts,
  tag: texts,
  connection: texts,
  site: texts,
  device: texts,
  share: number,
  holdOut: number,
  priority: number,
  confidence: z.string().optional(),
  rampMinutes: number,
  staggerMinutes: number,
  releaseCapKw: number,
  maxMinutesPerZone: number,
  maxOffsetK: number,
  seed: number,
});
export type OrderOptions = z.input<typeof optionsSchema>;

/** Which option a field of an order comes from, where it has another name. */
export const optionOfField: Readonly<Record<string, string>> = {
  startsAt: '--from',
  endsAt: '--to',
  targetKw: '--target-kw',
  'selection.vendors': '--vendor',
  'selection.kinds': '--kind',
  'selection.zones': '--zone',
  'selection.countries': '--country',
  'selection.tags': '--tag',
  'selection.connectionIds': '--connection',
  'selection.siteIds': '--site',
  'selection.deviceIds': '--device',
  shareOfFleet: '--share',
  holdOutShare: '--hold-out',
  priority: '--priority',
  confidence: '--confidence',
  rampMinutes: '--ramp-minutes',
  staggerMinutes: '--stagger-minutes',
  releaseCapKw: '--release-cap-kw',
  'limits.maxMinutesPerZone': '--max-minutes-per-zone',
  'limits.maxSetpointOffsetK': '--max-offset-k',
  seed: '--seed',
  name: '--name',
};

/** Adds the options of an order. */
export function withOrderOptions(command: Command): Command {
  return command
    .optionsGroup('The order:')
    .option('--file <file>', 'the whole order as JSON, "-" for stdin; options below go before it')
    .option('--name <text>', 'what it is called (default: made of direction and window)')
    .addOption(new Option('--direction <direction>', 'draw less or more').choices(['decrease', 'increase']))
    .option('--from <time>', 'start: 2026-01-15T17:00:00+01:00, or 17:00 for the next one on this clock')
    .option('--to <time>', 'end: as --from, or a length such as +2h or +90m')
    .option('--target-kw <kW>', 'in every quarter of an hour (default: as much as possible)')
    .optionsGroup('Which homes (several of one kind are alternatives):')
    .option('--vendor <vendor...>', 'of these vendors')
    .option('--kind <kind...>', 'heat_pump, heater, storage_heater, room_thermostat')
    .option('--zone <zone...>', 'DHW (hot water) or room')
    .option('--country <country...>', 'like BE')
    .option('--tag <tag...>', 'of the device or its site')
    .option('--connection <id...>', 'of these connections')
    .option('--site <id...>', 'at these sites')
    .option('--device <id...>', 'only these devices')
    .option('--share <share>', 'share of them that may be chosen, 0 to 1 (default 1)')
    .option('--hold-out <share>', 'share left alone to measure against, 0 to 1 (default 0)')
    .optionsGroup('How:')
    .option('--priority <n>', 'takes devices from campaigns of lower priority (default 0)')
    .option('--confidence <level>', 'P90 or P50: how sure the target is to be met (default P90)')
    .option('--ramp-minutes <n>', 'the target grows and falls over so many minutes')
    .option('--stagger-minutes <n>', 'starts and ends are spread over so many minutes')
    .option('--release-cap-kw <kW>', 'at most so much may come back afterwards')
    .option('--max-minutes-per-zone <n>', 'nobody is steered for longer')
    .option('--max-offset-k <K>', 'no room is moved further from its setpoint')
    .option('--seed <n>', 'same seed, same fleet: same plan')
    .optionsGroup('Options:');
}

/**
 * The order that options and a file say; options go before the file, field by field.
 * @param file what the file holds, parsed.
 * @param now what times on the wall count from, epoch ms.
 * @throws UsageError that names each option at fault.
 */
export function orderOf(options: OrderOptions, file: unknown, now: number): Order {
  const parsed = optionsSchema.safeParse(options);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map(({ message, path }) => `${optionOf(String(path[0]))} ${message}`);
    throw new UsageError(`${wrong.join('; ')}.`);
  }
  const given = fieldsOf(parsed.data, now);
  const base = file === undefined ? {} : objectOf(file);
  const merged = {
    ...base,
    ...given,
    ...both('selection', base, given),
    ...both('limits', base, given),
  } as Partial<Order>;
  return completed(merged);
}

function fieldsOf(options: z.infer<typeof optionsSchema>, now: number): Record<string, unknown> {
  const startsAt = options.from === undefined ? undefined : instantOf(options.from, '--from', now);
  const countsFrom = startsAt === undefined ? now : Date.parse(startsAt);
  const endsAt = options.to === undefined ? undefined : instantOf(options.to, '--to', countsFrom, true);
  const { confidence, direction, holdOut, name, priority, rampMinutes, releaseCapKw, seed } = options;
  return present({
    ...{ name, direction, startsAt, endsAt, priority, confidence, rampMinutes, releaseCapKw, seed },
    targetKw: options.targetKw,
    staggerMinutes: options.staggerMinutes,
    shareOfFleet: options.share,
    holdOutShare: holdOut,
    selection: some({
      vendors: options.vendor,
      kinds: options.kind,
      zones: options.zone,
      countries: options.country,
      tags: options.tag,
      connectionIds: options.connection,
      siteIds: options.site,
      deviceIds: options.device,
    }),
    limits: some({
      maxMinutesPerZone: options.maxMinutesPerZone,
      maxSetpointOffsetK: options.maxOffsetK,
    }),
  });
}

/** Without what was not given: an absent field makes no statement. */
function present(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** Undefined when nothing was given. */
function some(fields: Record<string, unknown>): Record<string, unknown> | undefined {
  const given = present(fields);
  return Object.keys(given).length === 0 ? undefined : given;
}

function both(field: 'selection' | 'limits', base: Record<string, unknown>, given: Record<string, unknown>) {
  const merged = { ...(base[field] as object | undefined), ...(given[field] as object | undefined) };
  return Object.keys(merged).length === 0 ? {} : { [field]: merged };
}

function objectOf(file: unknown): Record<string, unknown> {
  const parsed = z.record(z.string(), z.unknown()).safeParse(file);
  if (!parsed.success) throw new UsageError('--file must hold a JSON object: the order.');
  return parsed.data;
}

/** The service wants to know the direction and a name; both can be told from the rest. */
function completed(order: Partial<Order>): Order {
  const hasTimes =
    order.recurrence !== undefined || (order.startsAt !== undefined && order.endsAt !== undefined);
  if (!hasTimes) throw new UsageError('--from and --to must be given, or a --file with the times.');
  const direction = order.direction ?? 'decrease';
  const first = order.startsAt ?? order.recurrence?.from ?? '';
  const name = order.name ?? `${direction === 'decrease' ? 'Decrease' : 'Increase'} of ${first}`;
  return { ...order, direction, name };
}
