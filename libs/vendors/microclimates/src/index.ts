import type { VendorModule } from '@warmshift/vendors/contract';
import { createAdapter } from './adapter';
import { credentialsSchema, settingsSchema } from './config';
import { manifest } from './manifest';

/** Sites behind the Microclimates Climate Control API: shown and watched, never steered. */
export const microclimates: VendorModule = {
  manifest,
  credentialsSchema,
  settingsSchema,
  create: createAdapter,
};
