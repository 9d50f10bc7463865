import { booleanish, idish, maybe, numberish } from '@warmshift/vendors/kit';
import { z } from 'zod';

/**
 * What the document prints, read with tolerance as it asks for: unknown fields are ignored, unknown words kept, and
 * a field of an unexpected type makes no statement. Only what nothing can be done without is required.
 */

const text = maybe(z.string().min(1));
const number = maybe(numberish);
const flag = maybe(booleanish);
const id = maybe(idish);

export const tokenSchema = z.object({
  access_token: z.string().min(1),
  /** Seconds. */
  expires_in: number,
});

export const homeSchema = z.object({
  id: idish,
  name: text,
  deviceCount: number,
  location: maybe(z.object({ country: text, timeZone: text })),
});

export const deviceSchema = z.object({
  id: idish,
  name: text,
  type: text,
  subtype: text,
  homeId: id,
  online: flag,
  fwVersion: text,
  hwVersion: text,
  gatewayId: id,
});

/** One page of a list; its entries are parsed one by one. */
export const pageSchema = z.object({ items: z.array(z.unknown()) });

export const stateSchema = z
  .looseObject({
    type: text,
    online: flag,
    mode: text,
    indicators: maybe(z.array(z.string())),
    currentTemperature: number,
    targetTemperature: number,
    temperatureUnits: text,
    /** 0..100, of storage heaters. */
    chargeLevel: number,
    /** W drawn now. */
    power: number,
    /** W rated. */
    maxPower: number,
  })
  .refine(
    (state) => stateFields.some((field) => state[field] !== undefined),
    'none of the fields of a state',
  );

const stateFields = [
  'online',
  'mode',
  'currentTemperature',
  'targetTemperature',
  'power',
  'maxPower',
] as const;

export const parameterSchema = z.looseObject({
  type: text,
  constraints: maybe(z.record(z.string(), z.unknown())),
});
/** C10: a map, or an array whose entries carry their `key`. */
export const commandsSchema = z.union([
  z.array(z.unknown()).transform((list) => Object.fromEntries(list.flatMap(keyed))),
  z.record(z.string(), z.unknown()),
]);
export const commandSchema = z.looseObject({ params: maybe(z.record(z.string(), z.unknown())) });

/** C2: both printed replies in one. */
export const replySchema = z.looseObject({
  success: flag,
  message: text,
  command: text,
  state: text,
  appliedAt: text,
  error: z.unknown().optional(),
});

/** C16: the document's envelope, or the form of OAuth. */
export const errorSchema = z.looseObject({
  error: z.union([
    z.looseObject({ code: text, message: text, requestId: text }),
    z.string().transform((code) => ({ code, message: undefined, requestId: undefined })),
  ]),
  error_description: text,
});

export type WireHome = z.infer<typeof homeSchema>;
export type WireDevice = z.infer<typeof deviceSchema>;
export type WireState = z.infer<typeof stateSchema>;
export type WireReply = z.infer<typeof replySchema>;

function keyed(entry: unknown): [string, unknown][] {
  const parsed = z.looseObject({ key: z.string() }).safeParse(entry);
  return parsed.success ? [[parsed.data.key, parsed.data]] : [];
}
