import type { VendorModule } from '@warmshift/vendors/contract';
import { createVendorHttp } from '@warmshift/vendors/kit';
import { IstabaiAdapter } from './adapter';
import { IstabaiClient } from './client';
import { manifest } from './manifest';
import { credentialsSchema, settingsSchema } from './settings';

/** Istabai heating API v2: homes, rooms and their setpoints. See `libs/vendors/istabai/README.md`. */
export const istabai: VendorModule = {
  manifest,
  credentialsSchema,
  settingsSchema,
  create(context) {
    const credentials = credentialsSchema.parse(context.credentials);
    const settings = settingsSchema.parse(context.settings);
    const secrets = [credentials.password, credentials.email];
    const http = createVendorHttp({ context, manifest, secrets });
    return new IstabaiAdapter(context, new IstabaiClient(context, http, credentials), http, settings);
  },
};

export { readingOf } from './mapping';
export { homeSchema, roomSchema } from './wire';
