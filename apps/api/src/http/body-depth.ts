import { InvalidInput } from '@warmshift/domain';
import type { RequestHandler } from 'express';

/** Far deeper than any body that we describe. */
export const deepestBody = 32;

/**
 * Refuses bodies that are nested deeper than any of ours, before anything looks into them: what takes a step per level, or
 * remembers the way to each, takes forever or ends the process.
 */
export const refuseDeepBodies: RequestHandler = (request, _response, next) => {
  const isDeep = isDeeperThan(request.body, deepestBody);
  next(isDeep ? InvalidInput.because('body', `is nested deeper than ${deepestBody} levels`) : undefined);
};

/** Level by level, without recursion. */
export function isDeeperThan(value: unknown, levels: number): boolean {
  let present: unknown[] = [value];
  for (let level = 0; present.length > 0; level += 1) {
    const inner: unknown[] = [];
    for (const one of present) {
      if (typeof one !== 'object' || one === null) continue;
      if (level >= levels) return true;
      for (const part of Object.values(one)) if (typeof part === 'object' && part !== null) inner.push(part);
    }
    present = inner;
  }
  return false;
}
