import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { InvalidInput, type FieldProblem } from '@warmshift/domain';
import type { ZodDto } from 'nestjs-zod';
import type { z } from 'zod';

/**
 * Parses what a handler takes by the zod schema of its DTO (`createZodDto`). What does not fit becomes one
 * `InvalidInput` with every field at fault.
 */
@Injectable()
export class ZodProblemPipe implements PipeTransform {
  transform(value: unknown, { metatype, type }: ArgumentMetadata): unknown {
    if (!isZodDto(metatype)) return value;
    if (type === 'body' && value === undefined) {
      throw InvalidInput.because('body', 'must be sent, as application/json');
    }
    const whole = type === 'custom' ? 'request' : type;
    const unusable = unstorable(value, whole);
    if (unusable.length > 0) throw new InvalidInput(unusable);
    const parsed = metatype.schema.safeParse(value);
    if (parsed.success) return parsed.data;
    throw new InvalidInput(fieldProblems(parsed.error.issues, whole));
  }
}

/** Postgres keeps no text with a NUL in it, nor half of a surrogate pair, which no UTF-8 can say. */
const faults: readonly { readonly pattern: RegExp; readonly shown: string; readonly reason: string }[] = [
  { pattern: /\0/g, shown: '\\0', reason: 'must not contain the NUL character' },
  { pattern: /[\ud800-\udfff]/gu, shown: '\ufffd', reason: 'must not contain half of a surrogate pair' },
];

/** Without recursion. Remembers the way to each value, which `refuseDeepBodies` keeps short. */
function unstorable(value: unknown, whole: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const waiting: { readonly value: unknown; readonly path: readonly PropertyKey[] }[] = [{ value, path: [] }];
  const check = (text: string, path: readonly PropertyKey[]) => {
    for (const { pattern, reason } of faults)
      if (text.search(pattern) >= 0) problems.push({ field: storable(nameOf(path, whole)), reason });
  };
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { path } = next;
    if (typeof next.value === 'string') check(next.value, path);
    if (typeof next.value !== 'object' || next.value === null) continue;
    for (const [key, inner] of Object.entries(next.value)) {
      check(key, [...path, key]);
      if (typeof inner === 'string' || (typeof inner === 'object' && inner !== null))
        waiting.push({ value: inner, path: [...path, Array.isArray(next.value) ? Number(key) : key] });
    }
  }
  return problems;
}

function storable(text: string): string {
  return faults.reduce((clean, { pattern, shown }) => clean.replace(pattern, shown), text);
}

function isZodDto(metatype: unknown): metatype is ZodDto<z.ZodType> {
  return typeof metatype === 'function' && 'isZodDto' in metatype && metatype.isZodDto === true;
}

/** @param whole what a problem belongs to that concerns no single field. */
export function fieldProblems(issues: readonly z.core.$ZodIssue[], whole = 'body'): FieldProblem[] {
  return issues.flatMap((issue): FieldProblem[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        field: nameOf([...issue.path, key], whole),
        reason: 'is not known here',
      }));
    }
    return [{ field: nameOf(issue.path, whole), reason: reasonOf(issue) }];
  });
}

function reasonOf(issue: z.core.$ZodIssue): string {
  const isMissing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  return isMissing ? 'is required' : issue.message;
}

/** `limits[0].floorC` */
function nameOf(path: readonly PropertyKey[], whole: string): string {
  const name = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return name === '' ? whole : name.replace(/^\./, '');
}
