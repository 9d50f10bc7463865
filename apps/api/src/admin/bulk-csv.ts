import { InvalidInput, type FieldProblem } from '@warmshift/domain';
import type { DeviceLine } from '@warmshift/fleet-sync';
import { z } from 'zod';

export const longestCsvLines = 10_000;

const columns = ['device_id', 'opted_out', 'enabled', 'tags'] as const;
type Column = (typeof columns)[number];
const uuid = z.uuid();
/** Beyond this the answer would be longer than anybody reads. */
const mostProblems = 1_000;

export interface CsvLine extends DeviceLine {
  /** As editors count: the header is line 1. */
  readonly line: number;
}

/**
 * Lines of `device_id,opted_out,enabled,tags`: RFC 4180 with comma or semicolon, any order of columns, UTF-8. An empty field
 * leaves things as they are; tags are separated by `|`, a lone `-` removes all.
 *
 * @throws InvalidInput naming every bad line and column.
 */
export function readDeviceCsv(text: string): CsvLine[] {
  const rows = rowsOf(text.replace(/^\uFEFF/, ''));
  const [head, ...body] = rows;
  if (head === undefined) throw InvalidInput.because('line 1', 'must name the columns: device_id and others');
  const names = columnsOf(head.fields);
  if (body.length === 0) throw InvalidInput.because('body', 'has no line below the names of the columns');
  if (body.length > longestCsvLines)
    throw InvalidInput.because('body', `has ${body.length} lines; ${longestCsvLines} are allowed at once`);
  const problems: FieldProblem[] = [];
  const lines = body.map((row) => lineOf(row, names, problems));
  problems.push(...doubled(lines));
  if (problems.length > 0) throw new InvalidInput(problems.slice(0, mostProblems));
  return lines;
}

function columnsOf(fields: readonly string[]): Column[] {
  const names = fields.map((field) => field.trim().toLowerCase());
  const problems = names.flatMap((name, index): FieldProblem[] => {
    if (!columns.includes(name as Column))
      return [
        { field: `line 1, ${name || `column ${index + 1}`}`, reason: `is none of ${columns.join(', ')}` },
      ];
    return names.indexOf(name) === index ? [] : [{ field: `line 1, ${name}`, reason: 'is there twice' }];
  });
  if (!names.includes('device_id')) problems.push({ field: 'line 1, device_id', reason: 'is missing' });
  if (names.length === 1 && problems.length === 0)
    problems.push({ field: 'line 1', reason: 'names nothing to change: opted_out, enabled or tags' });
  if (problems.length > 0) throw new InvalidInput(problems);
  return names as Column[];
}

function lineOf({ line, fields }: Row, names: readonly Column[], problems: FieldProblem[]): CsvLine {
  const wrong = (column: string, reason: string): undefined => {
    problems.push({ field: `line ${line}${column === '' ? '' : `, ${column}`}`, reason });
  };
  if (fields.length !== names.length) wrong('', `has ${fields.length} fields instead of ${names.length}`);
  const field = (column: Column): string => fields[names.indexOf(column)]?.trim() ?? '';
  const flag = (column: 'opted_out' | 'enabled'): boolean | undefined => {
    const value = field(column).toLowerCase();
    if (value === '') return undefined;
    return /^(true|false)$/.test(value) ? value === 'true' : wrong(column, 'must be true, false or empty');
  };
  const deviceId = field('device_id').toLowerCase();
  if (!uuid.safeParse(deviceId).success) wrong('device_id', 'is not an id');
  return {
    line,
    deviceId,
    optedOut: flag('opted_out'),
    enabled: flag('enabled'),
    tags: tagsOf(field('tags'), wrong),
  };
}

function tagsOf(text: string, wrong: (column: string, reason: string) => undefined): string[] | undefined {
  if (text === '') return undefined;
  if (text === '-') return [];
  const tags = text.split('|').map((tag) => tag.trim());
  if (tags.some((tag) => tag === '' || tag.length > 100))
    return wrong('tags', 'must be 1 to 100 characters each');
  return tags.length > 50 ? wrong('tags', 'may be 50 at most') : tags;
}

function doubled(lines: readonly CsvLine[]): FieldProblem[] {
  const first = new Map<string, number>();
  return lines.flatMap(({ line, deviceId }) => {
    const before = first.get(deviceId);
    if (before !== undefined)
      return [{ field: `line ${line}, device_id`, reason: `is the device of line ${before} again` }];
    first.set(deviceId, line);
    return [];
  });
}

interface Row {
  readonly line: number;
  readonly fields: readonly string[];
}

/** @throws InvalidInput for a quote that never closes. Empty lines say nothing. */
function rowsOf(text: string): Row[] {
  const separator = /^[^\n",;]*(?:"[^"]*"[^\n",;]*)*;/.test(text) ? ';' : ',';
  const rows: Row[] = [];
  let fields: string[] = [];
  let field = '';
  let quotedSince: number | undefined;
  let line = 1;
  let startedAt = 1;
  const endRow = () => {
    if (fields.length > 0 || field.trim() !== '') rows.push({ line: startedAt, fields: [...fields, field] });
    [fields, field, startedAt] = [[], '', line + 1];
  };
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index]!;
    if (quotedSince !== undefined) {
      if (char === '"' && text[index + 1] === '"') field += text[(index += 1)]!;
      else if (char === '"') quotedSince = undefined;
      else field += char;
      if (char === '\n') line += 1;
    } else if (char === '"' && field.trim() === '') {
      field = '';
      quotedSince = line;
    } else if (char === separator) {
      fields.push(field);
      field = '';
    } else if (char === '\n') {
      endRow();
      line += 1;
    } else if (char !== '\r') field += char;
  }
  if (quotedSince !== undefined)
    throw InvalidInput.because(`line ${quotedSince}`, 'opens a quote that never closes');
  endRow();
  return rows;
}
