import type { VendorModule } from '@warmshift/vendors/contract';
import { heatingcontrol } from '@warmshift/vendors/heatingcontrol';
import { istabai } from '@warmshift/vendors/istabai';
import { microclimates } from '@warmshift/vendors/microclimates';
import { nox } from '@warmshift/vendors/nox';
import { sgready } from '@warmshift/vendors/sgready';

/** Every vendor there is. A new one is added here and nowhere else. */
export const vendorModules: readonly VendorModule[] = [heatingcontrol, istabai, nox, microclimates, sgready];

/** The module of a vendor by its manifest's name. Throws an error that lists the known ones. */
export function vendorModule(vendor: string): VendorModule {
  const found = vendorModules.find(({ manifest }) => manifest.vendor === vendor);
  if (found !== undefined) return found;
  const known = vendorModules.map(({ manifest }) => manifest.vendor).join(', ');
  throw new Error(`Unknown vendor "${vendor}". Known vendors: ${known}.`);
}
