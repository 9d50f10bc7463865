/** A sentence in the last column may be wider than the terminal; the line under its heading need not be. */
const longestRule = 60;
/** Nobody waits longer than this, real ms, for a sign of life. */
const signOfLifeMs = 8_000;

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
    `  ${widths.map((width) => '─'.repeat(Math.min(width, longestRule))).join('  ')}`,
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

/**
 * What is going on, while it goes on. A terminal shows the latest state on one line that is rewritten; a file or a pipe
 * gets a line every few seconds. What matters stays as a line of its own on both.
 */
export class ProgressLine {
  private unfinished = false;
  private lastLineAt = Date.now();

  constructor(private readonly out: NodeJS.WriteStream) {}

  update(text: string, matters = false): void {
    if (this.out.isTTY) {
      this.out.write(`\r\u001b[2K  ${text.slice(0, (this.out.columns || 120) - 3)}`);
      this.unfinished = true;
      if (matters) this.end();
    } else if (matters || Date.now() - this.lastLineAt >= signOfLifeMs) {
      this.out.write(`  ${text}\n`);
      this.lastLineAt = Date.now();
    }
  }

  /** What was shown last stays. */
  end(): void {
    if (this.unfinished) this.out.write('\n');
    this.unfinished = false;
  }

  /** What was shown last goes: it was only of interest while it went on. */
  clear(): void {
    if (this.unfinished) this.out.write('\r\u001b[2K');
    this.unfinished = false;
  }
}
