import { effectiveLimits } from '../comfort/defaults';
import { defaultCompressorLimits } from '../cycles/defaults';
import { dayMs, hourMs, minuteMs, type Direction } from '../fleet';
import type { StatusCode } from './codes';
import type { Intent, ZoneFacts } from './facts';

/** A winter Tuesday, 18:00 in Brussels. */
export const now = Date.UTC(2026, 10, 24, 17);

const device = {
  timeZone: 'Europe/Brussels',
  held: false,
  steeringEnabled: true,
  customerOptOut: false,
  vendorControl: true,
  roleTooLow: false,
  needsReauthentication: false,
  measuredAt: now - minuteMs,
  staleAfterMs: 30 * minuteMs,
  cycles: { maxPerDay: 8, observedToday: 4, reservedToday: 0, unseenToday: 0, ownNeedsReserve: 1 },
  compressor: { limits: defaultCompressorLimits, running: true, since: now - hourMs, startsLastHour: 1 },
  comfort: effectiveLimits(),
  heating: true,
  actionsToday: 0,
  quietHours: [],
} as const;

/** A room of which nothing speaks against a decrease. */
export const readyRoom: ZoneFacts = {
  ...device,
  zone: 'room',
  temperatureC: 20.8,
  setpointC: 21,
  minC: 5,
  maxC: 30,
  stepC: 0.5,
};

/** A tank of which nothing speaks against a decrease. */
export const readyTank = {
  ...device,
  zone: 'DHW',
  temperatureC: 48,
  setpointC: 50,
  minC: 30,
  maxC: 65,
  stepC: 1,
  legionella: {
    intervalMs: 7 * dayMs,
    runDurationMs: 2 * hourMs,
    marginMs: 2 * hourMs,
    enrolledAt: now - 90 * dayMs,
    lastCompletedAt: now - dayMs,
  },
} as const satisfies ZoneFacts;

const { legionella, cycles, compressor } = readyTank;

/** The compressor of these facts, standing still for an hour. */
export const idleCompressor = { ...compressor, running: false, since: now - hourMs };

export function intent(direction: Direction, lasts = hourMs, after = 0, cyclesReserved?: number): Intent {
  return { direction, span: { startsAt: now + after, endsAt: now + after + lasts }, cyclesReserved };
}

/** One change of the facts that brings each code about for a decrease, latest rule first where they share facts. */
export const obstacles: Readonly<Partial<Record<StatusCode, Partial<ZoneFacts>>>> = {
  HELD: { held: true },
  STEERING_DISABLED: { steeringEnabled: false },
  CUSTOMER_OPT_OUT: { customerOptOut: true },
  NO_VENDOR_CONTROL: { vendorControl: false },
  ROLE_TOO_LOW: { roleTooLow: true },
  NEEDS_REAUTHENTICATION: { needsReauthentication: true },
  OFFLINE: { online: false },
  STALE_DATA: { measuredAt: undefined },
  FAULTY: { faulty: true },
  READ_ONLY: { readOnly: true },
  VENDOR_NOT_STEERABLE: { vendorSteerable: false },
  LEARNING_PERIOD: { learningPeriodEnded: false },
  IN_ACTIVE_ACTION: { activeAction: { actionId: 'a', direction: 'increase', endsAt: now + hourMs } },
  USER_OVERRIDE: { overrideQuietUntil: now + 1 },
  TRANSIENT_MODE: { transientMode: 'boost' },
  LEGIONELLA_RUNNING: { legionella: { ...legionella, runningSince: now - minuteMs } },
  LEGIONELLA_DUE: { legionella: { ...legionella, lastCompletedAt: now - legionella.intervalMs } },
  CYCLE_LIMIT: { cycles: { ...cycles, observedToday: 7 } },
  MIN_RUN_TIME: { compressor: { ...compressor, since: now - 9 * minuteMs } },
  REST_PERIOD: { lastActionEndedAt: now - hourMs },
  QUIET_HOURS: { quietHours: [{ startsAt: now - hourMs, endsAt: now + hourMs }] },
  NO_HEADROOM: { temperatureC: 41 },
};
