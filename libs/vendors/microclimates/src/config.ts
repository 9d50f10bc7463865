import { z } from 'zod';

export const credentialsSchema = z.object({
  apiToken: z.string().trim().min(1).meta({ title: 'API key', secret: true }),
});

export const settingsSchema = z.object({});
