import type { VendorModule } from '@warmshift/vendors/contract';
import { createAdapter } from './adapter';
import { credentialsSchema, settingsSchema } from './config';
import { manifest } from './manifest';

/** Electric heaters and storage heaters behind the HeatingControl External API. */
export const heatingcontrol: VendorModule = {
  manifest,
  credentialsSchema,
  settingsSchema,
  create: createAdapter,
};

export { readingOf } from './mapping';
export { stateSchema } from './wire';
