import { CallerError } from '@warmshift/domain';

/** One `Idempotency-Key` for two different requests. */
export class IdempotencyKeyReused extends CallerError {}
