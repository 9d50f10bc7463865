import type { FieldProblem } from '../errors';

/** Lowest and highest value a setting may ever have; both belong to it. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** Settings that are all numbers. */
export type NumberSettings<T> = { readonly [K in keyof T]: number };

/** Overrides as they are stored; an absent one makes no statement. */
export type Overrides<T> = { readonly [K in keyof T]?: number | undefined };

/**
 * The defaults with each set of overrides laid over them, later ones winning, every value inside its bounds.
 * A value that is no finite number is passed over.
 */
export function mergeWithin<T extends NumberSettings<T>>(
  defaults: T,
  bounds: { readonly [K in keyof T]: Bounds },
  overrides: readonly (Overrides<T> | undefined)[],
): { [K in keyof T]: number } {
  const merged = { ...defaults } as { [K in keyof T]: number };
  for (const key of keysOf(defaults)) {
    for (const layer of overrides) {
      const value = layer?.[key];
      if (value === undefined || !Number.isFinite(value)) continue;
      merged[key] = Math.min(bounds[key].max, Math.max(bounds[key].min, value));
    }
  }
  return merged;
}

/** What is wrong with overrides as somebody sent them: unknown names, values that are no numbers or out of bounds. */
export function checkWithin<T extends NumberSettings<T>>(
  bounds: { readonly [K in keyof T]: Bounds },
  settings: Readonly<Record<string, unknown>>,
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  for (const [field, value] of Object.entries(settings)) {
    if (value === undefined) continue;
    if (!isKeyOf(bounds, field)) {
      problems.push({ field, reason: 'is not a setting' });
      continue;
    }
    const { min, max } = bounds[field];
    if (typeof value !== 'number' || !Number.isFinite(value))
      problems.push({ field, reason: 'must be a number' });
    else if (value < min) problems.push({ field, reason: `must be at least ${min}, is ${value}` });
    else if (value > max) problems.push({ field, reason: `must be at most ${max}, is ${value}` });
  }
  return problems;
}

function keysOf<T extends object>(settings: T): (keyof T)[] {
  return Object.keys(settings) as (keyof T)[];
}

function isKeyOf<T extends object>(settings: T, key: PropertyKey): key is keyof T {
  return Object.hasOwn(settings, key);
}
