import { hourMs } from '@warmshift/domain';

/** What an action shifted comes back for so long after its end. */
export const reboundMs = 2 * hourMs;
