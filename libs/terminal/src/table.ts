/** A sentence in the last column may be wider than the terminal; the line under its heading need not be. */
const longestRule = 60;
/** A last column that would be narrower than this is not worth wrapping. */
const narrowest = 16;

export interface TableOptions {
  /** Columns of the terminal: the last column is wrapped to fit. Absent: it is as wide as it is. */
  readonly width?: number | undefined;
}

/** A plain text table: the first column to the left, numbers to the right. */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  { width }: TableOptions = {},
): string {
  const cells = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  const numeric = head.map(
    (_, column) => rows.length > 0 && rows.every((row) => /^[-–\d.,%]*$/.test(String(row[column] ?? ''))),
  );
  const last = head.length - 1;
  const before = widths.slice(0, last).reduce((sum, column) => sum + column + 2, 2);
  const room = width === undefined ? Infinity : Math.max(narrowest, width - before);
  widths[last] = Math.min(widths[last] ?? 0, room);
  const line = (row: readonly string[]): string =>
    `  ${row
      .map((cell, column) =>
        numeric[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd()}`;
  const lines = (row: readonly string[]): string[] => {
    const [first = '', ...more] = wrapped(row[last] ?? '', room);
    return [line([...row.slice(0, last), first]), ...more.map((text) => `${' '.repeat(before)}${text}`)];
  };
  return [
    line(cells[0] ?? []),
    `  ${widths.map((column) => '─'.repeat(Math.min(column, longestRule))).join('  ')}`,
    ...cells.slice(1).flatMap(lines),
  ].join('\n');
}

/** Broken between words into pieces of at most `room` characters; a longer word keeps its length. */
export function wrapped(text: string, room: number): string[] {
  const pieces: string[] = [];
  for (const word of text.split(' ')) {
    const piece = pieces.at(-1);
    if (piece !== undefined && piece.length + 1 + word.length <= room)
      pieces[pieces.length - 1] = `${piece} ${word}`;
    else pieces.push(word);
  }
  return pieces;
}
