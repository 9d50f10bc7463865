import { z } from 'zod';

const once = { error: 'must be given once' };

/** A whole number in a query. */
export function queryInteger(lowest: number, highest: number) {
  const message = `must be a whole number from ${lowest} to ${highest}`;
  return z
    .string(once)
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .refine((value) => value >= lowest && value <= highest, message)
    .meta({ type: 'integer', minimum: lowest, maximum: highest });
}

/** `true` or `false`, in the spellings that HTTP clients of different languages produce. */
export function queryBoolean() {
  return z
    .string(once)
    .regex(/^(true|false|1|0)$/i, 'must be true or false')
    .transform((text) => text === '1' || text.toLowerCase() === 'true')
    .meta({ type: 'boolean' });
}

/** A text in a query, 1 to `longest` characters. */
export function queryText(longest = 200) {
  return z.string(once).min(1, 'must not be empty').max(longest, `must have at most ${longest} characters`);
}

/** The parameters of every list: `limit` and `cursor`. */
export function pageQuery(limits: { readonly default: number; readonly highest: number }) {
  return z.object({
    limit: queryInteger(1, limits.highest)
      .default(limits.default)
      .meta({ description: `Entries per page, at most ${limits.highest}.` }),
    cursor: queryText(2000)
      .optional()
      .meta({ description: 'Where to go on: `nextCursor` of the page before.' }),
  });
}

/** One page of a list. `nextCursor` is null on the last one. */
export function pageSchema<Item extends z.ZodType>(item: Item) {
  return z.object({ data: z.array(item), nextCursor: z.string().nullable() });
}

export interface Page<Item> {
  readonly data: readonly Item[];
  readonly nextCursor: string | null;
}

/**
 * Makes a page of `limit + 1` rows: the extra one only tells that there is more.
 * @param cursorOf the cursor that goes on after an item.
 */
export function pageOf<Item>(
  rows: readonly Item[],
  limit: number,
  cursorOf: (last: Item) => string,
): Page<Item> {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  return { data, nextCursor: rows.length > limit && last !== undefined ? cursorOf(last) : null };
}
