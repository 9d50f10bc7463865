import { z } from 'zod';

/** Longest time that a known hole may be lived with before somebody looks again. */
const longestDays = 180;

const dayMs = 86_400_000;

const entrySchema = z.strictObject({
  advisory: z
    .string()
    .regex(/^GHSA(-[0-9a-z]{4}){3}$/, 'must be the id of a GitHub advisory, like GHSA-xxxx-xxxx-xxxx'),
  package: z.string().min(1, 'must name the package'),
  reason: z.string().trim().min(20, 'must say in a sentence why it does no harm here'),
  expires: z.iso.date('must be a day, like 2026-12-31'),
});

/** An advisory that was looked at and does no harm here, until a day. */
export type AllowedAdvisory = z.infer<typeof entrySchema>;

export interface Allowed {
  readonly entries: readonly AllowedAdvisory[];
  /** What is wrong with the file; an entry at fault allows nothing. */
  readonly problems: readonly string[];
}

/** Reads the text of the file. @param now epoch ms. */
export function readAllowed(text: string, now: number): Allowed {
  const list = z.array(z.unknown()).safeParse(jsonIn(text));
  if (!list.success) return { entries: [], problems: ['The file must be a JSON list.'] };
  const entries: AllowedAdvisory[] = [];
  const problems: string[] = [];
  for (const [index, value] of list.data.entries()) {
    const parsed = entrySchema.safeParse(value);
    const found = parsed.success
      ? timesOf(parsed.data, now)
      : parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'it'} ${message}`);
    problems.push(...found.map((problem) => `Entry ${index + 1}: ${problem}.`));
    if (parsed.success && found.length === 0) entries.push(parsed.data);
  }
  return { entries, problems };
}

function timesOf({ advisory, expires }: AllowedAdvisory, now: number): string[] {
  const endsAt = Date.parse(expires) + dayMs;
  if (endsAt <= now) return [`${advisory} expired on ${expires}: look again`];
  return endsAt - now > (longestDays + 1) * dayMs
    ? [`${advisory} may be allowed for ${longestDays} days at most`]
    : [];
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
