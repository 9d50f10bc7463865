import { z } from 'zod';

/** A finite number, or a text that is nothing but one (`"21.5"`). `""`, `true` and `"21 C"` are none. */
export const numberish = z.union([
  z.number().transform(unsignedZero),
  z
    .string()
    .trim()
    .regex(/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,2})?$/i, 'not a number')
    .transform((text) => unsignedZero(Number(text))),
]);

/** `-0` does not survive being saved as JSON. */
function unsignedZero(value: number): number {
  return value + 0;
}

/** A boolean, also written as 0/1, `"0"`/`"1"` or `"true"`/`"false"`. */
export const booleanish = z.union([
  z.boolean(),
  z.union([z.literal(0), z.literal(1)]).transform((bit) => bit === 1),
  z.enum(['0', '1', 'true', 'false']).transform((word) => word === '1' || word === 'true'),
]);

/** An opaque id: a text, or a number taken as text. Never empty. */
export const idish = z.union([z.string().min(1), z.number().transform(String)]);

/** A field that may be missing, null or of another type than expected: then there is no statement. */
export function maybe<S extends z.ZodType>(schema: S): z.ZodType<z.output<S> | undefined> {
  return z
    .unknown()
    .optional()
    .transform((value): z.output<S> | undefined => {
      // Most fields are missing in most answers, and a refusal of zod's is dear.
      if (value === undefined) return undefined;
      const result = schema.safeParse(value);
      return result.success ? result.data : undefined;
    });
}
