import { slotMs, type Direction, type Instant, type Span } from '../fleet';
import type { StatusCode } from './codes';
import type { Intent, ZoneFacts } from './facts';

/** What is asked of the rules: may this zone be steered in this direction over this span, as known at `instant`? */
export interface Question extends Span {
  readonly facts: ZoneFacts;
  readonly instant: Instant;
  readonly direction: Direction;
  /** The action asked for is the tank's disinfection run itself. */
  readonly isDisinfection: boolean;
  /** Cycles that are already reserved for the action being asked for; absent: none were taken yet. */
  readonly cyclesReserved: number | undefined;
}

export interface Explanation {
  readonly reason: string;
  /** When this obstacle ends, where that is known. Another may stand behind it. */
  readonly nextEligibleAt?: Instant | undefined;
}

/** One reason not to steer. `applies` is asked millions of times and builds nothing; `explain` only when it applied. */
export interface StatusRule {
  readonly code: Exclude<StatusCode, 'READY'>;
  readonly applies: (question: Question) => boolean;
  readonly explain: (question: Question) => Explanation;
}

/** Without an intent: a decrease of one slot that begins now. A span that has begun is asked from now on. */
export function questionOf(facts: ZoneFacts, instant: Instant, intent: Intent | undefined): Question {
  if (intent === undefined) {
    return {
      facts,
      instant,
      direction: 'decrease',
      isDisinfection: false,
      startsAt: instant,
      endsAt: instant + slotMs,
      cyclesReserved: undefined,
    };
  }
  const startsAt = Math.max(instant, intent.span.startsAt);
  return {
    facts,
    instant,
    direction: intent.direction,
    isDisinfection: intent.purpose === 'disinfection' && intent.direction === 'increase',
    startsAt,
    endsAt: Math.max(startsAt, intent.span.endsAt),
    cyclesReserved: intent.cyclesReserved,
  };
}
