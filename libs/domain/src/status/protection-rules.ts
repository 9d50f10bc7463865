import { calendarDayAt } from '../calendar/local-day';
import { isTimeZone } from '../calendar/time-zone';
import { cycleCost, cyclesLeft } from '../cycles/budget';
import { hourMs, type Instant } from '../fleet';
import {
  bindingDueAt,
  blocksDecrease,
  carriesPlannedRun,
  decreaseMustEndBy,
  isRunKnown,
  plannedOverlaps,
  runningReachesInto,
  usualRunSpans,
} from '../legionella/schedule';
import type { Explanation, Question, StatusRule } from './rule';
import { inWords, utcMinute } from './wording';

/** A run that goes on is disturbed by either direction: giving an increase back would end it early. */
const legionellaRunning: StatusRule = {
  code: 'LEGIONELLA_RUNNING',
  applies: (q) => {
    const { zone, legionella } = q.facts;
    return zone === 'DHW' && legionella !== undefined && runningReachesInto(legionella, q, q.instant);
  },
  explain: ({ facts: { legionella }, instant }) => {
    const since = legionella?.runningSince ?? instant;
    const endsAt = since + (legionella?.runDurationMs ?? 0);
    return {
      reason: `A legionella disinfection run has been going on since ${utcMinute(since)}.`,
      nextEligibleAt: endsAt > instant ? endsAt : undefined,
    };
  },
};

/**
 * A decrease must leave time for the run; a tank of whose disinfection nothing is known is not lowered at all. An
 * increase waits only when a run is overdue, and not if it is that run or holds it.
 */
const legionellaDue: StatusRule = {
  code: 'LEGIONELLA_DUE',
  applies: (q) => {
    const { zone, legionella } = q.facts;
    if (zone !== 'DHW') return false;
    if (legionella === undefined) return q.direction === 'decrease';
    if (q.direction === 'decrease') return blocksDecrease(legionella, q, q.instant, q.facts.comfort.restMs);
    if (q.isDisinfection) return false;
    return (
      !(q.startsAt < bindingDueAt(legionella, q.instant)) && !carriesPlannedRun(legionella, q, q.instant)
    );
  },
  explain: (q) => {
    const { legionella } = q.facts;
    if (legionella === undefined) return { reason: 'Nothing is known of the disinfection of this tank.' };
    const due = bindingDueAt(legionella, q.instant);
    if (!(q.startsAt < due))
      return { reason: `A legionella disinfection run has been due since ${utcMinute(due)}.` };
    if (
      legionella.planned !== undefined &&
      plannedOverlaps(legionella, q, q.instant, q.facts.comfort.restMs)
    ) {
      const { startsAt, endsAt } = legionella.planned;
      return {
        reason: `A legionella disinfection run is planned from ${utcMinute(startsAt)} to ${utcMinute(endsAt)}.`,
        nextEligibleAt: endsAt,
      };
    }
    if (!isRunKnown(legionella)) {
      return {
        reason: 'No disinfection run of this tank has been seen yet; it is not lowered before one was.',
      };
    }
    const usual = usualRunSpans(legionella, q)[0];
    if (usual !== undefined) {
      return {
        reason: `The tank usually disinfects itself between ${utcMinute(usual.startsAt)} and ${utcMinute(usual.endsAt)}.`,
        nextEligibleAt: usual.endsAt,
      };
    }
    const latest = utcMinute(decreaseMustEndBy(legionella, q.instant));
    return {
      reason: `A legionella disinfection run is due by ${utcMinute(due)}: a decrease would have to end by ${latest}.`,
    };
  },
};

/** Cycles reserved for this action say what the planner expected of it; what the device does now counts besides. */
function costOf({ facts: { heating }, direction, cyclesReserved }: Question): 0 | 1 {
  const wouldBeHeating = cyclesReserved === undefined ? undefined : cyclesReserved > 0;
  return cycleCost({ direction }, { heating, wouldBeHeating });
}

const cycleLimit: StatusRule = {
  code: 'CYCLE_LIMIT',
  applies: (q) => {
    const { cycles } = q.facts;
    if (cycles === undefined || cycles.maxPerDay === undefined) return false;
    const left = cyclesLeft(cycles, q.cyclesReserved);
    return left !== undefined && !(costOf(q) <= left);
  },
  explain: (q) => {
    const { cycles } = q.facts;
    const kept: string[] = [];
    const promised = (cycles?.reservedToday ?? 0) - (q.cyclesReserved ?? 0);
    if (promised > 0) kept.push(`${promised} promised to other actions`);
    if ((cycles?.unseenToday ?? 0) > 0)
      kept.push(`${cycles?.unseenToday} assumed for the hours before it was connected`);
    if ((cycles?.ownNeedsReserve ?? 0) > 0) kept.push(`${cycles?.ownNeedsReserve} kept for its own needs`);
    const aside = kept.length === 0 ? '' : ` (${kept.join(', ')})`;
    return {
      reason: `The device has used ${cycles?.observedToday} of ${cycles?.maxPerDay} compressor starts today${aside}.`,
      nextEligibleAt: nextLocalMidnight(q),
    };
  },
};

/** Until when the compressor must stay as it is; absent when it may change. */
function compressorBusyUntil({ facts: { compressor }, direction, startsAt }: Question): Instant | undefined {
  if (compressor?.since === undefined || compressor.running === undefined) return undefined;
  if (compressor.running !== (direction === 'decrease')) return undefined;
  const until =
    compressor.since + (compressor.running ? compressor.limits.minOnMs : compressor.limits.minOffMs);
  return until > startsAt ? until : undefined;
}

/** An increase on a running compressor starts nothing; a decrease makes it start again. */
function tooManyStarts({ facts: { compressor }, direction, startsAt, instant }: Question): boolean {
  if (compressor === undefined || startsAt - instant >= hourMs) return false;
  if (direction === 'increase' && compressor.running === true) return false;
  return !(compressor.startsLastHour < compressor.limits.maxStartsPerHour);
}

const minRunTime: StatusRule = {
  code: 'MIN_RUN_TIME',
  applies: (q) => compressorBusyUntil(q) !== undefined || tooManyStarts(q),
  explain: (q): Explanation => {
    const { compressor } = q.facts;
    const until = compressorBusyUntil(q);
    if (until === undefined || compressor === undefined) {
      const { startsLastHour = 0, limits } = compressor ?? {};
      return {
        reason: `The compressor has started ${startsLastHour} times in the last hour; ${limits?.maxStartsPerHour} are allowed.`,
      };
    }
    const { running, since = until, limits } = compressor;
    const doing = running ? 'run' : 'stood still';
    const least = running ? limits.minOnMs : limits.minOffMs;
    return {
      reason: `The compressor has ${doing} for ${inWords(Math.max(0, q.instant - since))}; at least ${inWords(least)} are needed.`,
      nextEligibleAt: until,
    };
  },
};

const restPeriod: StatusRule = {
  code: 'REST_PERIOD',
  applies: (q) => isResting(q) || !(actionsUsed(q) < q.facts.comfort.maxActionsPerDay),
  explain: (q) => {
    const { lastActionEndedAt = Number.NaN, comfort, actionsToday } = q.facts;
    if (!isResting(q)) {
      const kept = actionsUsed(q) > actionsToday ? ' and one is kept for its disinfection run' : '';
      return {
        reason: `The zone has been steered ${actionsToday} times today${kept}; ${comfort.maxActionsPerDay} are allowed.`,
        nextEligibleAt: nextLocalMidnight(q),
      };
    }
    const endsAt = lastActionEndedAt + comfort.restMs;
    return {
      reason: `The zone rests for ${inWords(comfort.restMs)} after an action, until ${utcMinute(endsAt)}.`,
      nextEligibleAt: endsAt,
    };
  },
};

/** Sent ones, and the planned disinfection run that the day still brings: campaigns do not use up what it needs. */
function actionsUsed(q: Question): number {
  const { actionsToday, legionella } = q.facts;
  const planned = q.isDisinfection ? undefined : legionella?.planned;
  if (planned === undefined || !(planned.startsAt > q.instant)) return actionsToday;
  const midnight = nextLocalMidnight(q);
  return midnight !== undefined && planned.startsAt < midnight ? actionsToday + 1 : actionsToday;
}

function isResting({ facts: { lastActionEndedAt, comfort }, startsAt }: Question): boolean {
  return lastActionEndedAt !== undefined && startsAt < lastActionEndedAt + comfort.restMs;
}

function nextLocalMidnight({ facts: { timeZone }, startsAt }: Question): Instant | undefined {
  if (!(Math.abs(startsAt) < 8e15)) return undefined;
  return calendarDayAt(startsAt, isTimeZone(timeZone) ? timeZone : 'UTC').endsAt;
}

/** What protects tank and compressor and gives people a rest. In the order of the codes. */
export const protectionRules: readonly StatusRule[] = [
  legionellaRunning,
  legionellaDue,
  cycleLimit,
  minRunTime,
  restPeriod,
];
