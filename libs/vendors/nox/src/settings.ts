import { z } from 'zod';

export const credentialsSchema = z.strictObject({
  apiKey: z.string().min(1).meta({ title: 'API key of the supplier', secret: true }),
});

export const settingsSchema = z.strictObject({
  allowUnpublishedSchedule: z
    .boolean()
    .default(false)
    .meta({ title: 'Steer real devices with a schedule body that NOX has not published' }),
});

export type Credentials = z.output<typeof credentialsSchema>;
export type Settings = z.output<typeof settingsSchema>;
