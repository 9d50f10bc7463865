import type { FieldProblem } from '@warmshift/domain';
import { z } from 'zod';

/** RFC 9457, with the fields at fault and a reference that is in the log too. */
export const problemSchema = z.object({
  type: z.string().meta({ description: 'Names the kind of problem: `urn:warmshift:problem:…`. Stable.' }),
  title: z.string().meta({ description: 'The kind of problem in words.' }),
  status: z.int(),
  detail: z.string().meta({ description: 'What happened this time.' }).optional(),
  instance: z.string().meta({ description: '`urn:uuid:` and the reference.' }),
  reference: z.string().meta({ description: 'Give this to your operator: the same id is in the log.' }),
  errors: z
    .array(z.object({ field: z.string(), reason: z.string() }))
    .meta({ description: 'Each field at fault, and why.' })
    .optional(),
});

export type Problem = z.infer<typeof problemSchema>;

/** A problem before it is told to anybody. `level`: how loudly the log says it. */
export interface ProblemFacts {
  readonly kind: string;
  readonly title: string;
  readonly status: number;
  readonly level: 'info' | 'warn' | 'error';
  readonly detail?: string | undefined;
  readonly errors?: readonly FieldProblem[] | undefined;
  /** ms of the injected clock. */
  readonly retryAfterMs?: number | undefined;
  /** Real ms, for what has nothing to do with the clock of the devices. */
  readonly retryAfterRealMs?: number | undefined;
}

export const problemMediaType = 'application/problem+json';

export function problemFrom(facts: ProblemFacts, reference: string): Problem {
  return {
    type: `urn:warmshift:problem:${facts.kind}`,
    title: facts.title,
    status: facts.status,
    ...(facts.detail === undefined ? {} : { detail: facts.detail }),
    instance: `urn:uuid:${reference}`,
    reference,
    ...(facts.errors === undefined ? {} : { errors: [...facts.errors] }),
  };
}
