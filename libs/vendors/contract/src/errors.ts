/**
 * What can go wrong at a vendor, told apart by what the caller should do. `words` are the vendor's own, with
 * secrets removed; they are shown to operators.
 */
export abstract class VendorError extends Error {
  /** Whether the same call may succeed later without anybody doing anything. */
  abstract readonly retry: 'later' | 'never';

  constructor(
    message: string,
    readonly words?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Time-out, connection refused, 5xx, an answer cut short. `sent` says if the request may have reached the vendor. */
export class VendorUnavailable extends VendorError {
  readonly retry = 'later';
  constructor(
    message: string,
    readonly sent: boolean,
    words?: string,
    options?: ErrorOptions,
  ) {
    super(message, words, options);
  }
}

/** The vendor is there, this device or its gateway is not. */
export class DeviceUnreachable extends VendorUnavailable {}

/** 429, or our own pacing says that the quota is used up. */
export class VendorRateLimited extends VendorError {
  readonly retry = 'later';
  constructor(
    message: string,
    /** ms of the injected clock; absent when the vendor did not say. */
    readonly retryAfterMs?: number,
    words?: string,
  ) {
    super(message, words);
  }
}

/** The credentials no longer work: a person has to act. The connection is paused. */
export class VendorAuthExpired extends VendorError {
  readonly retry = 'never';
}

/** The credentials work but do not allow this. */
export class VendorForbidden extends VendorError {
  readonly retry = 'never';
}

/** The vendor understood and said no. */
export class VendorRejected extends VendorError {
  readonly retry = 'never';
}

/** The vendor does not know this device or site (any more). */
export class VendorNotFound extends VendorError {
  readonly retry = 'never';
}

/** The answer does not have the documented shape. `sample` is redacted and cut short. */
export class VendorProtocolError extends VendorError {
  readonly retry = 'never';
  constructor(
    message: string,
    readonly sample: string,
    options?: ErrorOptions,
  ) {
    super(message, undefined, options);
  }
}
