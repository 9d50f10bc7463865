import { z } from 'zod';

export const credentialsSchema = z.object({
  clientId: z.string().trim().min(1).meta({ title: 'Client ID' }),
  clientSecret: z.string().trim().min(1).meta({ title: 'Client secret', secret: true }),
});

export const settingsSchema = z.object({
  /** The document asks for an `authorization` header at the token endpoint in one place and sends none in another. */
  tokenAuthStyle: z.enum(['auto', 'body', 'basic']).default('auto'),
  /** Consent to switch heaters off. Without it a decrease only lowers the setpoint. */
  allowOff: z.boolean().default(false),
});

export type Credentials = z.infer<typeof credentialsSchema>;
export type Settings = z.infer<typeof settingsSchema>;
