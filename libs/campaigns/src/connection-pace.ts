import { dayMs, slotMs, type Instant, type PlanConnection, type Span } from '@warmshift/domain';
import type { VendorManifest } from '@warmshift/vendors/contract';

/** What a connection has to do already, of today's quota. */
export interface ConnectionUse {
  readonly connectionId: string;
  readonly vendor: string;
  /** Agreed with the vendor for this connection; absent: the vendor's own pace. */
  readonly requestsPerSecond?: number | null | undefined;
  /** Requests made today (UTC, as the vendors count). */
  readonly requestsToday: number;
  /** Actions planned or running whose start, or whose restore, is still to come on the day of the window. */
  readonly startsToCome: number;
  readonly restoresToCome: number;
}

/** Requests of one action at its start and at its end: halves of what the manifest states, rounded up. */
export function requestsOf({ steering }: VendorManifest): {
  readonly start: number;
  readonly restore: number;
} {
  const half = Math.ceil((steering?.requestsPerAction ?? 0) / 2);
  return { start: half, restore: half };
}

/**
 * How fast a connection takes commands, and how many new actions its daily quota carries: starts out of what the restores'
 * share leaves, each together with its restore out of the whole, after what is planned already. So an action that could
 * not be given back within the quota never starts. Pure.
 */
export function paceOf(
  manifest: Pick<VendorManifest, 'pacing' | 'steering'> & VendorManifest,
  use: ConnectionUse,
  window: Span,
  now: Instant,
): PlanConnection {
  const requests = requestsOf(manifest);
  const requestsPerSecond = use.requestsPerSecond ?? manifest.pacing.requestsPerSecond;
  const spacingMs = (count: number) => Math.min(slotMs, Math.ceil((count * 1000) / requestsPerSecond));
  // A vendor that keeps the time itself is told ahead, one after the other, and starts them all in their quarter.
  const toldAhead = (manifest.steering?.leadMs ?? 0) > 0;
  return {
    connectionId: use.connectionId,
    startSpacingMs: toldAhead ? 0 : spacingMs(requests.start),
    endSpacingMs: toldAhead ? 0 : spacingMs(requests.restore),
    maxActions: maxActionsOf(manifest, use, window, now),
  };
}

function maxActionsOf(
  manifest: VendorManifest,
  use: ConnectionUse,
  window: Span,
  now: Instant,
): number | undefined {
  const { requestsPerDay, restoreShare } = manifest.pacing;
  if (requestsPerDay === undefined) return undefined;
  const { restore, start } = requestsOf(manifest);
  if (start + restore === 0) return undefined;
  const sameDay = Math.floor(window.startsAt / dayMs) === Math.floor(now / dayMs);
  const used = sameDay ? use.requestsToday : 0;
  const toStart = use.startsToCome * start;
  const toRestore = use.restoresToCome * restore;
  const steerLeft = Math.floor(requestsPerDay * (1 - restoreShare)) - used - toStart;
  const allLeft = requestsPerDay - used - toStart - toRestore;
  return Math.max(0, Math.min(Math.floor(steerLeft / start), Math.floor(allLeft / (start + restore))));
}
