import {
  dhwFloorMarginK,
  floorC,
  headroomK,
  maxSpanMs,
  minHeadroomK,
  setpointFor,
} from '../comfort/headroom';
import { minuteMs, type Span } from '../fleet';
import { defaultHoldMs } from '../legionella/profiles';
import { highestPeakC, runHeating } from '../legionella/run-heating';
import type { Question, StatusRule } from './rule';
import { inWords, oneDecimal, utcMinute } from './wording';

function quietSpan({ facts: { quietHours }, startsAt, endsAt }: Question): Span | undefined {
  for (const span of quietHours) if (span.startsAt < endsAt && startsAt < span.endsAt) return span;
  return undefined;
}

const quietHours: StatusRule = {
  code: 'QUIET_HOURS',
  applies: (q) => quietSpan(q) !== undefined,
  explain: (q) => {
    const { startsAt = q.startsAt, endsAt = q.endsAt } = quietSpan(q) ?? {};
    return {
      reason: `The site wants no steering from ${utcMinute(startsAt)} to ${utcMinute(endsAt)}.`,
      nextEligibleAt: endsAt,
    };
  },
};

/** Least headroom in K, beyond which the action makes sense: a tank must also stay clear of its floor. */
function neededK({ facts, direction }: Question): number {
  return facts.zone === 'DHW' && direction === 'decrease' ? dhwFloorMarginK : minHeadroomK;
}

/** A disinfection run must reach and hold its profile's temperature with what the vendor allows. Else also without a setpoint on the right side. Written so that a number that is none (NaN) leaves no headroom. Exactly at a tank's margin is too little. */
function lacksHeadroom(q: Question): boolean {
  if (q.isDisinfection) return runHeating(q.facts, q.endsAt - q.startsAt) === undefined;
  if (setpointFor(q) === undefined) return true;
  const leftK = headroomK(q);
  return q.facts.zone === 'DHW' && q.direction === 'decrease'
    ? !(leftK > neededK(q))
    : !(leftK >= neededK(q));
}

/**
 * A room's thermostat holds the lowered setpoint by itself, so only `maxActionMs` binds it; a tank must not cool to its floor
 * before the action ends, nor heat longer than it may.
 */
function longestMs(q: Question): number {
  return q.facts.zone === 'DHW' ? maxSpanMs(q) : q.facts.comfort.maxActionMs;
}

function whyNoRun({ facts, startsAt, endsAt }: Question): string {
  const [easiest] = [...(facts.legionella?.holds ?? [])].sort((a, b) => a.temperatureC - b.temperatureC);
  if (easiest === undefined) return 'Nothing is known of the disinfection of this tank.';
  const { temperatureC, holdMs = defaultHoldMs } = easiest;
  const needed = `A disinfection run needs ${oneDecimal(temperatureC)} °C for ${Math.round(holdMs / minuteMs)} min`;
  const peakC = highestPeakC(facts, endsAt - startsAt);
  if (peakC === undefined) return `${needed}; how hot the tank may be made is not stated.`;
  return `${needed}; heating for ${inWords(endsAt - startsAt)} brings the tank to ${oneDecimal(peakC)} °C.`;
}

const noHeadroom: StatusRule = {
  code: 'NO_HEADROOM',
  applies: (q) => lacksHeadroom(q) || !(q.endsAt - q.startsAt <= longestMs(q)),
  explain: (q) => {
    if (!lacksHeadroom(q)) {
      const lasts = inWords(q.endsAt - q.startsAt);
      return { reason: `The action would last ${lasts}; comfort allows ${inWords(longestMs(q))}.` };
    }
    if (q.isDisinfection) return { reason: whyNoRun(q) };
    const { zone, temperatureC, setpointC } = q.facts;
    const measured = temperatureC === undefined ? '' : ` at ${oneDecimal(temperatureC)} °C`;
    const set = setpointC === undefined ? '' : ` set to ${oneDecimal(setpointC)} °C`;
    const what = zone === 'DHW' ? 'The tank' : 'The room';
    const end =
      q.direction === 'decrease' ? `its floor of ${oneDecimal(floorC(q.facts))} °C` : 'its upper limit';
    return {
      reason: `${what}${measured}${set} has ${oneDecimal(headroomK(q))} K left before ${end}; ${oneDecimal(neededK(q))} K are needed.`,
    };
  },
};

const aboveActivationLimit: StatusRule = {
  code: 'ABOVE_ACTIVATION_LIMIT',
  applies: ({ facts, direction }) =>
    direction === 'increase' &&
    facts.zone === 'DHW' &&
    facts.activationLimitC !== undefined &&
    facts.temperatureC !== undefined &&
    !(facts.temperatureC < facts.activationLimitC),
  explain: ({ facts: { temperatureC = Number.NaN, activationLimitC = Number.NaN } }) => ({
    reason: `The tank is at ${oneDecimal(temperatureC)} °C; heating can be triggered only below ${oneDecimal(activationLimitC)} °C.`,
  }),
};

/** What people in the home would feel or do not want. In the order of the codes. */
export const comfortRules: readonly StatusRule[] = [quietHours, noHeadroom, aboveActivationLimit];
