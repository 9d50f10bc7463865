export type TemperatureUnit = 'C' | 'F';

/** Outside of it, it is a broken sensor or another unit, not a room. */
const plausibleC = { min: -40, max: 90 };

/** The unit behind the vendor's word; `undefined` for a word we do not know. */
export function unitOf(word: string | undefined): TemperatureUnit | undefined {
  switch (word?.trim().replace('°', '').toUpperCase()) {
    case 'C':
    case 'CELSIUS':
      return 'C';
    case 'F':
    case 'FAHRENHEIT':
      return 'F';
    default:
      return undefined;
  }
}

/** °C; `undefined` without a known unit or when no room is that warm or cold. */
export function toCelsius(value: number | undefined, unit: TemperatureUnit | undefined): number | undefined {
  if (value === undefined || unit === undefined) return undefined;
  const celsius = unit === 'C' ? value : ((value - 32) * 5) / 9;
  return celsius < plausibleC.min || celsius > plausibleC.max ? undefined : round(celsius, 100);
}

/** The temperature in the given unit. */
export function toUnit(celsius: number, unit: TemperatureUnit): number {
  return unit === 'C' ? celsius : (celsius * 9) / 5 + 32;
}

/** Removes what binary fractions add (`0.1 + 0.2`), and the sign of 0. */
export function round(value: number, per: number): number {
  return Math.round(value * per) / per + 0;
}
