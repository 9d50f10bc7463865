import { invariantNames } from './judge';
import type { RunResult } from './results';

/** An invariant that nothing broke. */
export const none = { checked: 3, broken: 0, examples: [] };
/** A run that held. */
export const run: RunResult = {
  attack: 'worker-killed',
  seed: 4,
  queue: 'redis',
  devices: 500,
  steered: 200,
  writes: 400,
  outcomes: { RESTORED: 200 },
  invariants: Object.fromEntries(
    invariantNames.map((name) => [name, none]),
  ) as unknown as RunResult['invariants'],
  recoveryS: 2.34,
  wallS: 61.2,
  startedAt: '2026-01-14T17:00:00.000Z',
  scale: 60,
  verdict: 'held',
};
