import { z } from 'zod';

/** A hole in a package that runs in production. */
export interface Finding {
  /** `GHSA-…`, or the address of the advisory where it has no such id. */
  readonly advisory: string;
  readonly package: string;
  readonly severity: string;
  readonly title: string;
}

export type AuditReport =
  | { readonly kind: 'findings'; readonly findings: readonly Finding[] }
  /** The registry has nothing to ask: a mirror, most likely. */
  | { readonly kind: 'no-endpoint'; readonly words: string }
  | { readonly kind: 'failed'; readonly words: string };

/** What `npm audit --json` prints: version 2 of its report, or an error. */
const reportSchema = z.object({
  auditReportVersion: z.literal(2),
  vulnerabilities: z.record(
    z.string(),
    z.object({
      via: z.array(
        z.union([
          z.string(),
          z.object({ name: z.string(), title: z.string(), url: z.string(), severity: z.string() }),
        ]),
      ),
    }),
  ),
});
const errorSchema = z.object({
  message: z.string().optional(),
  statusCode: z.number().optional(),
  error: z.object({ code: z.string().nullish(), summary: z.string().nullish() }).optional(),
});

/** Answers of registries that do not know the request. */
const unknownRequest = [404, 405, 410, 501];

/** Reads what `npm audit --json` has printed, whatever it exited with. */
export function readAuditReport(text: string): AuditReport {
  const value = jsonIn(text);
  const report = reportSchema.safeParse(value);
  if (report.success) return { kind: 'findings', findings: findingsIn(report.data) };
  const error = errorSchema.safeParse(value);
  const { message, statusCode, error: inner } = error.success ? error.data : {};
  const words = message ?? inner?.summary ?? 'npm audit printed nothing that can be read.';
  const knowsNothing =
    (statusCode !== undefined && unknownRequest.includes(statusCode)) || inner?.code === 'ENOAUDIT';
  return { kind: knowsNothing ? 'no-endpoint' : 'failed', words };
}

function findingsIn({ vulnerabilities }: z.infer<typeof reportSchema>): Finding[] {
  const found = new Map<string, Finding>();
  for (const { via } of Object.values(vulnerabilities)) {
    for (const source of via) {
      // A text only names another package of the list, whose own entry has the advisory.
      if (typeof source === 'string') continue;
      const advisory = /GHSA(-[0-9a-z]{4}){3}/.exec(source.url)?.[0] ?? source.url;
      const { name, severity, title } = source;
      found.set(`${advisory} ${name}`, { advisory, package: name, severity, title });
    }
  }
  return [...found.values()];
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
