import type { Instant } from '../fleet';
import { readyReason, type StatusCode } from './codes';
import { comfortRules } from './comfort-rules';
import { deviceRules } from './device-rules';
import type { Intent, ZoneFacts } from './facts';
import { protectionRules } from './protection-rules';
import { questionOf, type StatusRule } from './rule';

/** Whether a zone can be steered, and if not, the first reason. */
export interface Assessment {
  readonly canActivate: boolean;
  /** One of our actions holds the zone now. */
  readonly inActive: boolean;
  readonly code: StatusCode;
  /** A sentence for operators. */
  readonly reason: string;
  /** When the obstacle named by `code` ends, where that is known. Another may stand behind it. */
  readonly nextEligibleAt?: Instant | undefined;
}

/** Every rule but `READY`, in the order of `statusCodes`. */
export const statusRules: readonly StatusRule[] = [...deviceRules, ...protectionRules, ...comfortRules];

const ready: Assessment = Object.freeze({
  canActivate: true,
  inActive: false,
  code: 'READY',
  reason: readyReason,
});
/** Only for an action that begins after the present one ends. */
const readyAfterwards: Assessment = Object.freeze({ ...ready, inActive: true });

/**
 * Can this zone be steered, as known at `instant`? The first rule that applies is the answer.
 *
 * With an intent the question is about its direction and span; without one it is the general status: could a
 * decrease of one slot begin now. Facts "of today" are those of the local day on which the span begins.
 * Total and deterministic: it never throws, and facts that are missing never make a health rule pass.
 */
export function assess(facts: ZoneFacts, instant: Instant, intent?: Intent): Assessment {
  const question = questionOf(facts, instant, intent);
  const inActive = facts.activeAction !== undefined;
  for (const rule of statusRules) {
    if (!rule.applies(question)) continue;
    const { reason, nextEligibleAt } = rule.explain(question);
    return { canActivate: false, inActive, code: rule.code, reason, nextEligibleAt };
  }
  return inActive ? readyAfterwards : ready;
}
