import { InvalidInput, type Instant } from '@warmshift/domain';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';

/** An instant in an answer: ISO 8601, UTC, with milliseconds. */
export const instantSchema = z.iso
  .datetime({ precision: 3 })
  .meta({ description: 'ISO 8601, UTC.', examples: ['2026-01-15T17:00:00.000Z'] });

/** An instant in a request: ISO 8601 with its offset, as text. `instantOf` makes a number of it. */
export const instantInput = z.iso
  .datetime({
    offset: true,
    error: 'must be an ISO 8601 date and time with its offset, like 2026-01-15T17:00:00Z',
  })
  .meta({ description: 'ISO 8601 with its offset.' });

export const kwSchema = z.number().meta({ description: 'kW.' });

export function isoOf(instant: Instant): string;
export function isoOf(instant: Instant | undefined): string | undefined;
export function isoOf(instant: Instant | undefined): string | undefined {
  return instant === undefined ? undefined : new Date(instant).toISOString();
}

export function instantOf(text: string): Instant;
export function instantOf(text: string | undefined): Instant | undefined;
export function instantOf(text: string | undefined): Instant | undefined {
  return text === undefined ? undefined : Date.parse(text);
}

/** W inside, kW at this edge, to the whole W. */
export function kwOf(powerW: number): number;
export function kwOf(powerW: number | undefined): number | undefined;
export function kwOf(powerW: number | undefined): number | undefined {
  // Adding 0 turns -0 into 0.
  return powerW === undefined ? undefined : Math.round(powerW) / 1000 + 0;
}

/** Wh inside, kWh at this edge, to the whole Wh. */
export function kwhOf(energyWh: number): number {
  return Math.round(energyWh) / 1000 + 0;
}

/** The `{id}` of a path. */
export class IdParams extends createZodDto(z.object({ id: z.uuid('is not an id') })) {}

/** @throws InvalidInput for a PATCH that changes nothing: most likely a misspelt or forgotten body. */
export function refuseEmptyPatch(patch: object): void {
  if (Object.values(patch).every((value) => value === undefined)) {
    throw InvalidInput.because('body', 'changes nothing: give at least one field');
  }
}
