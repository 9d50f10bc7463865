import type { Schemas } from './operations';

/** A field at fault, and why. */
export type FieldProblem = NonNullable<Schemas['Problem']['errors']>[number];

export interface ProblemFacts {
  readonly status: number;
  readonly type: string;
  readonly title: string;
  readonly detail?: string | undefined;
  readonly errors?: readonly FieldProblem[] | undefined;
  readonly reference?: string | undefined;
  /** When the service wants to be asked again. */
  readonly retryAfterMs?: number | undefined;
}

/** The service answered, and the answer is no: a problem by RFC 9457. */
export class WarmshiftProblem extends Error {
  override readonly name = 'WarmshiftProblem';
  readonly status: number;
  /** The kind of problem, stable: `urn:warmshift:problem:…`; `about:blank` when something before the service answered. */
  readonly type: string;
  /** The kind of problem in words. */
  readonly title: string;
  /** What happened this time. */
  readonly detail: string | undefined;
  /** Each field at fault, and why; empty where no single field is. */
  readonly errors: readonly FieldProblem[];
  /** The same id is in the log of the service: what an operator there can look for. */
  readonly reference: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(facts: ProblemFacts) {
    super(messageOf(facts));
    this.status = facts.status;
    this.type = facts.type;
    this.title = facts.title;
    this.detail = facts.detail;
    this.errors = facts.errors ?? [];
    this.reference = facts.reference;
    this.retryAfterMs = facts.retryAfterMs;
  }
}

/** No answer came: nobody listens, the connection broke, or it took too long. Whether the request was done is not known. */
export class WarmshiftUnreachable extends Error {
  override readonly name = 'WarmshiftUnreachable';
}

/** `The request cannot be used: endsAt must be after startsAt`. Never more than the service said. */
function messageOf({ detail, errors = [], title }: ProblemFacts): string {
  if (errors.length > 0)
    return `${title}: ${errors.map(({ field, reason }) => `${field} ${reason}`).join('; ')}`;
  return detail === undefined ? title : `${title}: ${detail}`;
}

/**
 * Reads a problem from an answer that is not good.
 * @param hide texts that must not be in an error: a proxy may send back what it got.
 */
export async function problemOf(response: Response, hide: readonly string[]): Promise<WarmshiftProblem> {
  const text = hide.reduce((shown, secret) => shown.replaceAll(secret, '***'), await response.text());
  const retryAfterMs = retryAfterMsOf(response.headers);
  const isProblem = response.headers.get('content-type')?.includes('json') ?? false;
  const told = isProblem ? parsed(text) : undefined;
  if (told === undefined) return new WarmshiftProblem({ ...foreign(response), retryAfterMs });
  return new WarmshiftProblem({ ...told, status: response.status, retryAfterMs });
}

/** Something between us and the service answered; its page says nothing to a program. */
function foreign({ headers, status }: Response): ProblemFacts {
  const isRedirect = status >= 300 && status < 400;
  return {
    status,
    type: 'about:blank',
    title: `HTTP ${status}`,
    detail: isRedirect
      ? `the address redirects${placeOf(headers)}; the key is not sent on, so give the final address`
      : 'the answer does not come from Warmshift',
  };
}

function placeOf(headers: Headers): string {
  const location = headers.get('location') ?? '';
  return URL.canParse(location) ? ` to ${new URL(location).origin}` : '';
}

function parsed(text: string): Omit<ProblemFacts, 'status'> | undefined {
  try {
    const body = JSON.parse(text) as Partial<Schemas['Problem']> | null;
    if (typeof body?.title !== 'string' || typeof body.type !== 'string') return undefined;
    const { detail, errors, reference, title, type } = body;
    return { type, title, detail, errors: Array.isArray(errors) ? errors : undefined, reference };
  } catch {
    return undefined;
  }
}

/** Of `Retry-After`: seconds, or a date (RFC 9110). */
export function retryAfterMsOf(headers: Headers): number | undefined {
  const text = headers.get('retry-after')?.trim();
  if (text === undefined || text === '') return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}
