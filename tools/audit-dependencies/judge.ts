import type { Allowed } from './allowed-advisories';
import type { AuditReport, Finding } from './audit-report';

export interface Verdict {
  readonly ok: boolean;
  readonly lines: readonly string[];
}

const grave = ['high', 'critical'];

/**
 * Fails for a grave finding that is not allowed, for an entry that is wrong, expired or allows nothing that was found, and
 * when the registry could not be asked. A registry without an answer to the question is said and does not fail.
 */
export function judge(report: AuditReport, { entries, problems }: Allowed): Verdict {
  const lines = problems.map((problem) => `FAIL  allowed-advisories.json: ${problem}`);
  if (report.kind === 'failed')
    return { ok: false, lines: [...lines, `FAIL  The registry could not be asked: ${report.words}`] };
  if (report.kind === 'no-endpoint') {
    const said = `NOT CHECKED  This registry offers no audit of dependencies (${report.words}). Nothing is known of holes.`;
    return { ok: lines.length === 0, lines: [...lines, said] };
  }
  const allows = (finding: Finding) =>
    entries.find((entry) => entry.advisory === finding.advisory && entry.package === finding.package);
  for (const finding of report.findings) {
    const entry = allows(finding);
    const what = `${finding.severity}: ${finding.package}: ${finding.title} (${finding.advisory})`;
    if (entry !== undefined) lines.push(`ALLOWED until ${entry.expires}  ${what}: ${entry.reason}`);
    else lines.push(`${grave.includes(finding.severity) ? 'FAIL ' : 'NOTE '} ${what}`);
  }
  const used = new Set(report.findings.map(allows));
  for (const entry of entries.filter((one) => !used.has(one)))
    lines.push(
      `FAIL  allowed-advisories.json: ${entry.advisory} of ${entry.package} is found no more: remove it.`,
    );
  if (report.findings.length === 0) lines.push('No known holes in the packages that run in production.');
  return { ok: !lines.some((line) => line.startsWith('FAIL')), lines };
}
