import type { Attack } from './attack';
import { doubledJobs } from './doubled-jobs';
import { allWorkersKilled, apiKilled, clockOff, workerKilled } from './processes';
import { postgresRestarted, redisDown, redisFlushed } from './stores';
import {
  customersOverride,
  notApplied,
  rateLimited,
  responsesLost,
  tokensRevoked,
  vendorDown,
} from './vendors';

export type { Attack, Scene } from './attack';

export const attacks: readonly Attack[] = [
  workerKilled,
  allWorkersKilled,
  apiKilled,
  redisFlushed,
  redisDown,
  postgresRestarted,
  vendorDown,
  responsesLost,
  notApplied,
  rateLimited,
  tokensRevoked,
  customersOverride,
  clockOff,
  doubledJobs,
];

/** Of the short form: one of each kind, a process, the store, the vendor. */
export const shortAttacks: readonly Attack[] = [allWorkersKilled, postgresRestarted, responsesLost];
