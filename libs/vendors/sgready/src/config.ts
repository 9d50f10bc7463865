import { z } from 'zod';

export const credentialsSchema = z.strictObject({
  token: z.string().trim().min(1).meta({ title: 'Bearer token', secret: true }),
});

export const settingsSchema = z.strictObject({});
