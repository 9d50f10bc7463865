import { z } from 'zod';

export const credentialsSchema = z.strictObject({
  email: z.string().min(3).meta({ title: 'E-mail of the Istabai user', secret: false }),
  password: z.string().min(1).meta({ title: 'Password', secret: true }),
});

const ratingW = z.number().nonnegative().max(100_000);

/**
 * Ratings say two things at once: that the heat of a room is electric, and how much it draws. Istabai tells
 * neither, so a room without one is imported and never steered. 0 says "not electric" for one room.
 */
export const settingsSchema = z.strictObject({
  ratedPowerW: z
    .record(z.string(), ratingW)
    .optional()
    .meta({ title: 'Rated electric power per room id, W' }),
  defaultRatedPowerW: ratingW.optional().meta({ title: 'Rated electric power of every other room, W' }),
  timeZone: z
    .string()
    .refine(isTimeZone, 'not an IANA time zone')
    .optional()
    .meta({ title: 'Time zone of homes that state none' }),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'not an ISO 3166-1 alpha-2 code')
    .optional()
    .meta({ title: 'Country of the homes' }),
});

export type Credentials = z.output<typeof credentialsSchema>;
export type Settings = z.output<typeof settingsSchema>;

/** Rated electric power of a room, W; `undefined` when nobody stated one. */
export function ratingOf(settings: Settings, roomId: string): number | undefined {
  const own = settings.ratedPowerW;
  return own !== undefined && Object.hasOwn(own, roomId) ? own[roomId] : settings.defaultRatedPowerW;
}

/** Whether `name` is an IANA time zone that this machine knows. */
export function isTimeZone(name: string): boolean {
  if (!/^(UTC|[A-Za-z_]+\/[A-Za-z0-9_+\-/]+)$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
