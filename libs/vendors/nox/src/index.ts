import type { VendorModule } from '@warmshift/vendors/contract';
import { createVendorHttp } from '@warmshift/vendors/kit';
import { NoxAdapter } from './adapter';
import { NoxClient } from './client';
import { manifest } from './manifest';
import { credentialsSchema, settingsSchema } from './settings';

/** NOX Energy, Supplier Control: heat pumps with a hot-water tank. See `libs/vendors/nox/README.md`. */
export const nox: VendorModule = {
  manifest,
  credentialsSchema,
  settingsSchema,
  create(context) {
    const { apiKey } = credentialsSchema.parse(context.credentials);
    const { allowUnpublishedSchedule } = settingsSchema.parse(context.settings);
    const http = createVendorHttp({ context, manifest, secrets: [apiKey] });
    return new NoxAdapter(
      context,
      new NoxClient(http, apiKey),
      context.localHost || allowUnpublishedSchedule,
    );
  },
};

export { measuredAtOf, readingsOf, type ThermalFacts } from './readings';
export { parseTimestamp } from './timestamps';
export { currentStateSchema, deviceSettingsSchema, forecastSlotSchema } from './wire';
export { readNoxWebhook, type NoxEvent, type ReadWebhook } from './webhook';
export { maxTimestampAgeMs, type SignedWebhook } from './webhook-signature';
