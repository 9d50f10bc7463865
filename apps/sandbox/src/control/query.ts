import type { Instant } from '@warmshift/domain';
import { vendors, type Vendor } from '../world/device';
import type { Reply } from '../http/routes';

/** A request to the control API that makes no sense; its sentence goes to the caller. */
export class BadControlRequest extends Error {}

/** An instant given as ISO 8601 or epoch ms. */
export function instantOf(text: string | null, name: string, otherwise: Instant): Instant {
  if (text === null || text === '') return otherwise;
  const at = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(at))
    throw new BadControlRequest(`${name} must be ISO 8601 or epoch milliseconds, not "${text}".`);
  return at;
}

export function vendorOf(value: unknown): Vendor {
  const vendor = vendors.find((known) => known === value);
  if (!vendor) throw new BadControlRequest(`vendor must be one of ${vendors.join(', ')}.`);
  return vendor;
}

export function numberOf(value: unknown, name: string, min: number, max: number, otherwise?: number): number {
  if (value === undefined && otherwise !== undefined) return otherwise;
  if (typeof value !== 'number' || !(value >= min && value <= max)) {
    throw new BadControlRequest(`${name} must be a number from ${min} to ${max}.`);
  }
  return value;
}

/** Turns a `BadControlRequest` into 400. */
export function guarded(handle: () => Reply): Reply {
  try {
    return handle();
  } catch (error) {
    if (error instanceof BadControlRequest) return { status: 400, body: { error: error.message } };
    throw error;
  }
}

export function iso(at: Instant): string {
  return new Date(at).toISOString();
}
