import { idish, maybe, numberish } from '@warmshift/vendors/kit';
import { z } from 'zod';

const text = maybe(z.string().min(1));

export const accountSchema = z.looseObject({
  id: maybe(idish),
  firstName: text,
  lastName: text,
  email: text,
});
/** M4 and M3: a role outside of 0..4 counts as none. */
export const siteSchema = z.looseObject({ id: idish, name: text, role: maybe(numberish) });
/** Of one site, as its edge server answers. */
export const siteDetailSchema = z.looseObject({ name: text, role: maybe(numberish) });
export const listSchema = z.array(z.unknown());

export const errorSchema = z.looseObject({ name: text, message: text, requestId: text });

export type WireAccount = z.infer<typeof accountSchema>;
export type WireSite = z.infer<typeof siteSchema>;
