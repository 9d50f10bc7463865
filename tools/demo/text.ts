export const kw = (powerKw: number): string => powerKw.toFixed(1);

/** A bar of `width` characters for `share` (0..1). */
export function bar(share: number, width = 24): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}

/** `17:15` on the wall of the demo's homes. */
export function wall(instant: number | string, timeZone = 'Europe/Brussels'): string {
  return new Date(instant).toLocaleTimeString('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' });
}
