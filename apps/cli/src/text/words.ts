/** Numbers and times as people read them in a terminal. */

/** `12.5`; a dash where there is no statement. */
export const kw = (powerKw: number | undefined): string => (powerKw === undefined ? '–' : powerKw.toFixed(1));

/** `2026-01-15 17:00` on the wall of this machine; a dash where there is none. */
export function at(instant: string | undefined): string {
  if (instant === undefined) return '–';
  const date = new Date(instant);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** `17:00` on the wall of this machine. */
export const hour = (instant: string): string => at(instant).slice(11);

/** Which wall that is. */
export const timeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** `ACTIVE 12, PLANNED 3`; what is most first. */
export function counts(numbers: Readonly<Record<string, number>>): string {
  const entries = Object.entries(numbers).sort(([, a], [, b]) => b - a);
  return entries.map(([name, count]) => `${name} ${count}`).join(', ');
}

/** `1 device`, `2 devices` */
export const many = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

/** At most so long; what is cut off shows as `…`. */
export const short = (text: string, longest: number): string =>
  text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;

/** `every device id` → `--device-id`: how an option is written. */
export const optionOf = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
