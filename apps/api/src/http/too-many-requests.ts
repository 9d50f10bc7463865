import { CallerError } from '@warmshift/domain';

/** A key asks for more than it may at once. */
export class TooManyRequests extends CallerError {
  /** @param retryAfterRealMs when to come again, real ms: limits of the door know no scaled clock. */
  constructor(
    message: string,
    readonly retryAfterRealMs: number,
  ) {
    super(message);
  }
}
