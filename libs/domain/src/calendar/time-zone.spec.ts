import { countryTimeZones } from './country-time-zones';
import { isTimeZone, timeZoneFor } from './time-zone';

describe('isTimeZone', () => {
  it.each(['Europe/Brussels', 'UTC', 'America/Argentina/Buenos_Aires'])('knows %s', (name) => {
    expect(isTimeZone(name)).toBe(true);
  });
  it.each(['Europe/Atlantis', '+02:00', '', 'CEST summer'])('does not take %p for one', (name) => {
    expect(isTimeZone(name)).toBe(false);
  });
});

describe('timeZoneFor', () => {
  it.each([
    [{ siteTimeZone: 'Europe/Lisbon', country: 'BE' }, 'Europe/Lisbon'],
    [{ siteTimeZone: 'Brussels time', country: 'BE' }, 'Europe/Brussels'],
    [{ country: 'be' }, 'Europe/Brussels'],
    [{ country: 'UK' }, 'Europe/London'],
    [{ country: 'QQ' }, 'UTC'],
    [{ country: 'toString' }, 'UTC'],
    [{}, 'UTC'],
  ])('takes site, then country, then UTC: %p', (where, timeZone) => {
    expect(timeZoneFor(where)).toBe(timeZone);
  });

  it('names only zones that exist', () => {
    expect(Object.entries(countryTimeZones).filter(([, zone]) => !isTimeZone(zone))).toEqual([]);
  });
});
