import { IANAZone } from 'luxon';
import { InvalidInput } from '../errors';
import { countryTimeZones } from './country-time-zones';

const maxRemembered = 2_000;
const remembered = new Map<string, IANAZone | null>();

function lookUp(name: string): IANAZone | null {
  const known = remembered.get(name);
  if (known !== undefined) return known;
  const zone = /^[A-Za-z]/.test(name) && IANAZone.isValidZone(name) ? IANAZone.create(name) : null;
  if (remembered.size >= maxRemembered) remembered.clear();
  remembered.set(name, zone);
  return zone;
}

/** Whether `name` is an IANA time zone (`Europe/Brussels`, `UTC`). Offsets such as `+02:00` are not. */
export function isTimeZone(name: string): boolean {
  return lookUp(name) !== null;
}

/** @throws InvalidInput naming `timeZone` when there is no such zone. */
export function zoneNamed(name: string): IANAZone {
  const zone = lookUp(name);
  if (zone === null) {
    throw InvalidInput.because('timeZone', `"${name.slice(0, 60)}" is not an IANA time zone`);
  }
  return zone;
}

/** The site's own zone where it is a valid one, else the main zone of the country, else UTC. Never throws. */
export function timeZoneFor(where: {
  readonly siteTimeZone?: string | undefined;
  readonly country?: string | undefined;
}): string {
  if (where.siteTimeZone !== undefined && isTimeZone(where.siteTimeZone)) return where.siteTimeZone;
  const country = where.country?.trim().toUpperCase();
  if (country === undefined || !Object.hasOwn(countryTimeZones, country)) return 'UTC';
  return countryTimeZones[country] ?? 'UTC';
}
