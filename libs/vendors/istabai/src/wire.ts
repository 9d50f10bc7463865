import { booleanish, idish, maybe, numberish } from '@warmshift/vendors/kit';
import { z } from 'zod';

/** What lies outside cannot be a temperature of a home; it is no statement. */
const celsius = numberish.pipe(z.number().min(-60).max(120));
const fraction = numberish.pipe(z.number().min(0).max(1));

/** Known to be no, or else possibly yes: what nobody can read must not be steered. */
const waterFlag = z
  .unknown()
  .optional()
  .transform((value) => {
    if (value === undefined || value === null) return false;
    const known = booleanish.safeParse(value);
    return known.success ? known.data : true;
  });

/** The document's ids are whole numbers; anything else is no id. */
const id = idish.refine((text) => /^\d+$/.test(text), 'not a whole number');

export const homeSchema = z.object({
  id,
  name: maybe(z.string().min(1)),
  mode: maybe(z.string().min(1)),
  next_mode: maybe(z.object({ mode: z.string().min(1), starts: numberish, enabled: booleanish })),
  /** Not documented, seen in use. */
  time_zone: maybe(z.string()),
  /** How many `homes.warnings` would tell. */
  warnings: maybe(numberish),
});
export type WireHome = z.output<typeof homeSchema>;

export const roomSchema = z.object({
  id,
  name: maybe(z.string().min(1)),
  read_only: maybe(booleanish),
  temperature: maybe(celsius),
  min_temperature: maybe(celsius),
  max_temperature: maybe(celsius),
  set_temperature: maybe(
    z.object({
      day: maybe(celsius),
      night: maybe(celsius),
      eco: maybe(celsius),
      temp: maybe(celsius),
      /** Not documented, seen in use; `false` when there is none. */
      boost: maybe(celsius),
      offline: maybe(celsius),
    }),
  ),
  device: maybe(
    z.object({
      faulty: maybe(booleanish),
      battery: maybe(fraction),
      /** Unix seconds. */
      last_data: maybe(numberish.pipe(z.number().positive())),
    }),
  ),
  /** Not documented, seen in use: the room's own mode, where it differs from the home's. */
  mode: maybe(z.string().min(1)),
  is_water: waterFlag,
});
export type WireRoom = z.output<typeof roomSchema>;

export const loginSchema = z.object({
  user: z.object({
    id: maybe(idish),
    name: maybe(z.string().min(1)),
    api_key: z.string().min(1),
  }),
});

/** The lists are parsed entry by entry, so that one bad entry does not lose the others. */
export const homesAnswerSchema = z.object({ homes: z.array(z.unknown()), timestamp: maybe(numberish) });
export const warningsAnswerSchema = z.object({ warnings: z.array(z.unknown()) });
export const warningSchema = z.object({ text: z.string().trim().min(1).max(1_000) });
export const roomsAnswerSchema = z.object({
  rooms: z.array(z.unknown()),
  home: maybe(homeSchema),
  timestamp: maybe(numberish),
});
