/**
 * The check connects its fleet some hours before it steers it. What its heat pumps did before, nobody has counted, and assuming
 * it would leave them all alone until midnight.
 */
export const firstDayRules = { unseenStartsPerDay: 0 };
export const firstDayWords =
  'Starts that heat pumps made before they were connected are not counted here (unseenStartsPerDay is 0): the run is too short to watch a whole day first.';

/** An evening in January: a quarter to six where most of the homes are. */
export const orderedAt = Date.parse('2026-01-14T16:45:00Z');

/** To read a device, to write to it and to read it back. */
const requestsPerDevice = 3;

/** Requests per second with which a vendor's whole fleet can be read, and started, in two minutes. */
export function agreedPace(devices: number): number {
  return Math.max(5, Math.ceil((devices * requestsPerDevice) / 120));
}

/** Half of the devices are heaters and rooms, half are heat pumps; a home at Istabai has about three rooms. */
export function sizesOf(devices: number) {
  const istabai = Math.round(devices * 0.05);
  const heatingcontrol = Math.round(devices * 0.4);
  const nox = devices - heatingcontrol - 3 * istabai;
  return { heatingcontrol, istabai, nox, microclimates: 1 };
}
