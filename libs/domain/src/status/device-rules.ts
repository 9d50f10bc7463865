import type { StatusRule } from './rule';
import { inWords, utcMinute } from './wording';

/** A rule that looks at one fact and always says the same. */
function plain(code: StatusRule['code'], applies: StatusRule['applies'], reason: string): StatusRule {
  const explanation = { reason };
  return { code, applies, explain: () => explanation };
}

const staleData: StatusRule = {
  code: 'STALE_DATA',
  applies: (q) => isStale(q) || isBlind(q),
  explain: (q) => {
    const { measuredAt, staleAfterMs, zone } = q.facts;
    if (measuredAt === undefined) return { reason: 'No reading yet.' };
    if (isStale(q)) {
      const age = q.instant - measuredAt;
      if (age < 0) return { reason: `The last reading is dated ${inWords(-age)} in the future.` };
      return { reason: `The last reading is ${inWords(age)} old; it counts for ${inWords(staleAfterMs)}.` };
    }
    if (zone === 'DHW') return { reason: 'The temperature of the tank is not reported.' };
    return { reason: 'Neither temperature nor setpoint of the room is reported.' };
  },
};

/** Written so that a number that is none (NaN) is stale. A reading far in the future is no reading either. */
function isStale({ facts, instant }: Parameters<StatusRule['applies']>[0]): boolean {
  return facts.measuredAt === undefined || !(Math.abs(instant - facts.measuredAt) < facts.staleAfterMs);
}

/** The readings that the health rules need are missing: never steer blind. */
function isBlind({ facts, direction }: Parameters<StatusRule['applies']>[0]): boolean {
  if (facts.temperatureC !== undefined) return Number.isNaN(facts.temperatureC);
  if (facts.zone === 'DHW' && (direction === 'decrease' || facts.activationLimitC !== undefined)) return true;
  return facts.setpointC === undefined || Number.isNaN(facts.setpointC);
}

const inActiveAction: StatusRule = {
  code: 'IN_ACTIVE_ACTION',
  applies: ({ facts: { activeAction }, startsAt, instant }) =>
    activeAction !== undefined && (startsAt <= instant || !(activeAction.endsAt <= startsAt)),
  explain: ({ facts: { activeAction }, instant }) => {
    if (activeAction === undefined || !(activeAction.endsAt > instant)) {
      return { reason: 'The device is being given back after an action.' };
    }
    const { direction, endsAt } = activeAction;
    return {
      reason: `${direction === 'decrease' ? 'A decrease' : 'An increase'} is active until ${utcMinute(endsAt)}.`,
      nextEligibleAt: endsAt,
    };
  },
};

const userOverride: StatusRule = {
  code: 'USER_OVERRIDE',
  applies: ({ facts, startsAt }) =>
    facts.overrideQuietUntil !== undefined && !(facts.overrideQuietUntil <= startsAt),
  explain: ({ facts: { overrideQuietUntil: until = Number.NaN } }) => ({
    reason: `The customer changed the device; it is left alone until ${utcMinute(until)}.`,
    nextEligibleAt: until,
  }),
};

/** Who may steer the device, whether it can be reached, and who has it now. In the order of the codes. */
export const deviceRules: readonly StatusRule[] = [
  plain('HELD', (q) => q.facts.held, 'An emergency stop holds this device.'),
  plain('STEERING_DISABLED', (q) => !q.facts.steeringEnabled, 'Steering is switched off for this device.'),
  plain('CUSTOMER_OPT_OUT', (q) => q.facts.customerOptOut, 'The customer does not want to be steered.'),
  plain(
    'NO_VENDOR_CONTROL',
    (q) => !q.facts.vendorControl,
    "The vendor's interface cannot steer this device.",
  ),
  plain('ROLE_TOO_LOW', (q) => q.facts.roleTooLow, 'Our role at the vendor is too low to steer this device.'),
  plain(
    'NEEDS_REAUTHENTICATION',
    (q) => q.facts.needsReauthentication,
    'The access at the vendor has expired: somebody must log in there again.',
  ),
  plain('OFFLINE', (q) => q.facts.online === false, 'The device is offline.'),
  staleData,
  plain('FAULTY', (q) => q.facts.faulty === true, 'The device reports a fault.'),
  plain('READ_ONLY', (q) => q.facts.readOnly === true, 'The device can be read but not changed.'),
  {
    code: 'VENDOR_NOT_STEERABLE',
    applies: (q) => q.facts.vendorSteerable === false,
    explain: ({ facts: { vendorReason } }) => ({
      reason: vendorReason
        ? `The vendor says that it cannot be steered now: ${vendorReason}`
        : 'The vendor says that it cannot be steered now.',
    }),
  },
  plain(
    'LEARNING_PERIOD',
    (q) => q.facts.learningPeriodEnded === false,
    'The vendor is still learning how this device behaves.',
  ),
  inActiveAction,
  userOverride,
  {
    code: 'TRANSIENT_MODE',
    applies: (q) => q.facts.transientMode !== undefined,
    explain: ({ facts: { transientMode } }) => ({
      reason: `The device is in mode "${transientMode ?? ''}", which could not be given back as it was.`,
    }),
  },
];
