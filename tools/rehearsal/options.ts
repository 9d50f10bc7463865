import type { Instant } from '@warmshift/domain';

export interface RehearsalOptions {
  readonly devices: number;
  readonly share: number;
  readonly hours: number;
  readonly capShare: number;
  readonly observeMs: number;
  readonly lagMs: number;
  readonly replan: boolean;
  readonly afterMs: number;
  readonly seed: number;
  readonly startsAt: Instant;
}
