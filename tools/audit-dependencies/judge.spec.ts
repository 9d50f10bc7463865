import { readAllowed } from './allowed-advisories';
import { readAuditReport } from './audit-report';
import { judge } from './judge';

const now = Date.parse('2026-11-24T12:00:00Z');
const advisory = 'GHSA-aaaa-bbbb-cccc';
const entry = {
  advisory,
  package: 'qs',
  reason: 'The nested parser is switched off in our service.',
  expires: '2026-12-31',
};

/** As npm prints it: the package with the hole, and the one that brings it along. */
function printed(severity: string): string {
  const source = {
    source: 1,
    name: 'qs',
    title: 'Runs out of memory',
    url: `https://github.com/advisories/${advisory}`,
  };
  return JSON.stringify({
    auditReportVersion: 2,
    vulnerabilities: {
      qs: { name: 'qs', severity, via: [{ ...source, severity, range: '<6.14.1' }] },
      express: { name: 'express', severity, via: ['qs'] },
    },
    metadata: {},
  });
}

const verdict = (report: string, allowed: unknown = []) =>
  judge(readAuditReport(report), readAllowed(JSON.stringify(allowed), now));

const nothing = JSON.stringify({ auditReportVersion: 2, vulnerabilities: {} });
const refused = (statusCode: number) =>
  JSON.stringify({ message: `${statusCode} from the registry`, statusCode });

describe('the audit of dependencies', () => {
  it.each([
    ['low', true],
    ['moderate', true],
    ['high', false],
    ['critical', false],
  ])('takes a finding of severity %s: %p', (severity, ok) => {
    const { ok: passed, lines } = verdict(printed(severity));
    expect(passed).toBe(ok);
    expect(lines).toEqual([`${ok ? 'NOTE ' : 'FAIL '} ${severity}: qs: Runs out of memory (${advisory})`]);
  });

  it('passes when nothing is found', () => {
    expect(verdict(nothing)).toEqual({ ok: true, lines: [expect.stringContaining('No known holes')] });
  });

  it('lets a finding pass that is allowed, with its reason', () => {
    const { ok, lines } = verdict(printed('critical'), [entry]);
    expect({ ok, line: lines[0] }).toEqual({ ok: true, line: expect.stringContaining(entry.reason) });
  });

  it.each([
    ['that has expired', { ...entry, expires: '2026-11-23' }, 'expired on 2026-11-23'],
    ['for too long', { ...entry, expires: '2027-11-23' }, '180 days at most'],
    ['of another package', { ...entry, package: 'express' }, 'found no more'],
    ['of another advisory', { ...entry, advisory: 'GHSA-zzzz-zzzz-zzzz' }, 'found no more'],
    ['without a reason', { ...entry, reason: 'fine' }, 'must say in a sentence'],
    ['without a day', { ...entry, expires: 'never' }, 'must be a day'],
    ['with more than is known', { ...entry, forever: true }, 'forever'],
  ])('fails for an entry %s, and for the finding', (_what, wrong, words) => {
    const { ok, lines } = verdict(printed('high'), [wrong]);
    expect(ok).toBe(false);
    expect(lines.filter((line) => line.startsWith('FAIL'))).toHaveLength(2);
    expect(lines.join('\n')).toContain(words);
  });

  it('allows until the end of the day', () => {
    expect(verdict(printed('high'), [{ ...entry, expires: '2026-11-24' }]).ok).toBe(true);
  });

  it('fails for a list of what is found no more, and for one that is none', () => {
    expect(verdict(nothing, [entry]).ok).toBe(false);
    expect(verdict(nothing, { entry }).ok).toBe(false);
  });

  it.each([404, 405, 501])('says that a registry which answers %d offers no audit, and passes', (status) => {
    const { ok, lines } = verdict(refused(status), [entry]);
    expect({ ok, said: lines[0] }).toEqual({ ok: true, said: expect.stringMatching(/^NOT CHECKED/) });
    expect(verdict(refused(status), [{ ...entry, expires: '2026-01-01' }]).ok).toBe(false);
  });

  it.each([refused(500), refused(401), '', 'nonsense'])(
    'fails when the registry could not be asked: %s',
    (text) => {
      expect(verdict(text).ok).toBe(false);
    },
  );
});
