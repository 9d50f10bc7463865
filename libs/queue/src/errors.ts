/** A job that does not fit the catalogue. The message names the job and the fields, never their values. */
export class InvalidJob extends Error {
  override readonly name = 'InvalidJob';
  readonly retry = 'never';
  constructor(
    readonly jobName: string,
    readonly reason: string,
  ) {
    super(`Job ${jobName}: ${reason}`);
  }
}

/** The queue could not be reached in time. Nothing was necessarily added; adding again is harmless. */
export class QueueUnavailable extends Error {
  override readonly name = 'QueueUnavailable';
  readonly retry = 'later';
}

/** The queue's server is there but cannot be used; somebody has to change something. */
export class QueueRefused extends Error {
  override readonly name = 'QueueRefused';
  readonly retry = 'never';
}
