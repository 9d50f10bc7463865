/** A plain text table: the first column to the left, numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  const numeric = head.map(
    (_, column) => rows.length > 0 && rows.every((row) => /^[-–\d.,%]*$/.test(String(row[column] ?? ''))),
  );
  const line = (row: readonly string[]): string =>
    `  ${row
      .map((cell, column) =>
        numeric[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd()}`;
  return [
    line(cells[0] ?? []),
    `  ${widths.map((width) => '─'.repeat(width)).join('  ')}`,
    ...cells.slice(1).map(line),
  ].join('\n');
}

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

/** Rewrites one line on a terminal; on anything else prints a line only when it is told that it matters. */
export class ProgressLine {
  private shown = false;

  constructor(private readonly out: NodeJS.WriteStream) {}

  update(text: string, matters: boolean): void {
    if (this.out.isTTY) {
      this.out.write(`\r\u001b[2K  ${text.slice(0, (this.out.columns ?? 120) - 3)}`);
      this.shown = true;
    } else if (matters) {
      this.out.write(`  ${text}\n`);
    }
  }

  end(): void {
    if (this.shown) this.out.write('\n');
    this.shown = false;
  }
}
