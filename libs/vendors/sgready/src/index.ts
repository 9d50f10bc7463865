import type { VendorModule } from '@warmshift/vendors/contract';
import { createVendorHttp } from '@warmshift/vendors/kit';
import { SgReadyAdapter } from './adapter';
import { SgReadyClient } from './client';
import { credentialsSchema, settingsSchema } from './config';
import { manifest } from './manifest';

/** SG-Ready heat pumps behind a small REST interface of our own. See `libs/vendors/sgready/README.md`. */
export const sgready: VendorModule = {
  manifest,
  credentialsSchema,
  settingsSchema,
  create(context) {
    const { token } = credentialsSchema.parse(context.credentials);
    const http = createVendorHttp({ context, manifest, secrets: [token] });
    return new SgReadyAdapter(context, new SgReadyClient(http, token), http);
  },
};
