/**
 * Why a zone can or cannot be steered right now, in the order in which the rules are asked: the first that
 * applies is the answer. The codes are part of the public API: never renamed, never reused.
 */
export const statusCodes = [
  'HELD',
  'STEERING_DISABLED',
  'CUSTOMER_OPT_OUT',
  'NO_VENDOR_CONTROL',
  'ROLE_TOO_LOW',
  'NEEDS_REAUTHENTICATION',
  'OFFLINE',
  'STALE_DATA',
  'FAULTY',
  'READ_ONLY',
  'VENDOR_NOT_STEERABLE',
  'LEARNING_PERIOD',
  'IN_ACTIVE_ACTION',
  'USER_OVERRIDE',
  'TRANSIENT_MODE',
  'LEGIONELLA_RUNNING',
  'LEGIONELLA_DUE',
  'CYCLE_LIMIT',
  'MIN_RUN_TIME',
  'REST_PERIOD',
  'QUIET_HOURS',
  'NO_HEADROOM',
  'ABOVE_ACTIVATION_LIMIT',
  'READY',
] as const;

export type StatusCode = (typeof statusCodes)[number];

/** NOX's own sentence for a zone that can be steered (vendors' document of `GET /v1/devices`). */
export const readyReason = 'Device is ready to receive an action.';
