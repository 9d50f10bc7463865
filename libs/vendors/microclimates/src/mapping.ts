import type { ListedDevice, ListedSite } from '@warmshift/vendors/contract';
import type { WireAccount, WireSite } from './wire';

/** 0 guest, 1 monitor, 2 controller, 3 admin, 4 owner. From "controller" on an account may control. */
const controllerRole = 2;

/** M4: whatever is no documented role counts as 0. */
export function roleOf(role: number | undefined): number {
  return role !== undefined && Number.isInteger(role) && role >= 0 && role <= 4 ? role : 0;
}

export function siteOf(site: WireSite): ListedSite {
  return { vendorSiteId: site.id, name: site.name ?? site.id };
}

/** The site's edge server as a device: it shows whether the site can be reached, and can never be steered. */
export function gatewayOf(
  site: WireSite,
  seen: { readonly online?: boolean | undefined; readonly role?: number | undefined },
): ListedDevice {
  return {
    vendorDeviceId: site.id,
    vendorSiteId: site.id,
    kind: 'site_gateway',
    name: site.name ?? site.id,
    vendorType: 'site',
    online: seen.online,
    roleTooLow: roleOf(seen.role ?? site.role) < controllerRole,
    vendorControl: false,
    zones: [],
  };
}

export function accountName({ id, firstName, lastName, email }: WireAccount): string {
  const name = [firstName, lastName].filter((part) => part !== undefined).join(' ');
  if (name === '') return email ?? id ?? 'unnamed account';
  return email === undefined ? name : `${name} (${email})`;
}
