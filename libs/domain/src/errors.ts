/** One thing wrong with what somebody asked for: which field, and why. */
export interface FieldProblem {
  readonly field: string;
  readonly reason: string;
}

/** Mistakes of a caller, as opposed to bugs and to vendors' troubles. The HTTP edge maps them in one table. */
export abstract class CallerError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

export class InvalidInput extends CallerError {
  constructor(readonly problems: readonly FieldProblem[]) {
    super(problems.map(({ field, reason }) => `${field}: ${reason}`).join('; '));
  }

  static because(field: string, reason: string): InvalidInput {
    return new InvalidInput([{ field, reason }]);
  }
}

export class NotFound extends CallerError {
  constructor(what: string, id: string) {
    super(`There is no ${what} ${id}.`);
  }
}

export class Conflict extends CallerError {}

/** What the change was based on is no longer what is stored. */
export class PreconditionFailed extends CallerError {}

export class Forbidden extends CallerError {}

export class Unauthenticated extends CallerError {}
