import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { qualityTiers } from '@warmshift/vendors/contract';
import { earnedTier, qualityRules, readQuality, unanswered } from '../contract/testing/quality';
import { vendorModules } from '.';

const vendorsFolder = join(__dirname, '..');
const folders = readdirSync(vendorsFolder).filter((name) =>
  existsSync(join(vendorsFolder, name, 'src/manifest.ts')),
);

describe('the quality scale', () => {
  it('is answered by every vendor there is', () => {
    expect(folders).toEqual(expect.arrayContaining(vendorModules.map(({ manifest }) => manifest.vendor)));
  });

  it.each(folders.filter((name) => name !== 'contract'))('%s answers every rule', (name) => {
    expect(unanswered(readQuality(join(vendorsFolder, name, 'quality.yaml')))).toEqual([]);
  });

  it.each(vendorModules.map(({ manifest }) => manifest))(
    '$vendor claims the tier that it earns',
    (manifest) => {
      expect(earnedTier(readQuality(join(vendorsFolder, manifest.vendor, 'quality.yaml')))).toBe(
        manifest.tier,
      );
    },
  );

  const file = (text: string): string => {
    const path = join(mkdtempSync(join(tmpdir(), 'quality-')), 'quality.yaml');
    writeFileSync(path, text);
    return path;
  };
  const answered = (answer: (rule: string) => string): string =>
    qualityTiers
      .flatMap((tier) => [`${tier}:`, ...qualityRules[tier].map((rule) => `  ${rule}: ${answer(rule)}`)])
      .join('\n');

  it('is earned tier by tier', () => {
    const without = (missing: string): string =>
      answered((rule) => (rule === missing ? "'todo: soon'" : 'done'));
    expect(earnedTier(readQuality(file(answered(() => 'done'))))).toBe('platinum');
    expect(earnedTier(readQuality(file(answered(() => "'exempt: has none'"))))).toBe('platinum');
    expect(earnedTier(readQuality(file(without('chaos-test-passes'))))).toBe('gold');
    expect(earnedTier(readQuality(file(without('named-owner'))))).toBe('bronze');
    expect(earnedTier(readQuality(file(without('secrets-masked'))))).toBeUndefined();
    expect(earnedTier(new Map())).toBeUndefined();
  });

  it.each([
    ["bronze:\n  secrets-masked: 'exempt'", 'not an answer'],
    ['bronze:\n  secrets-masked: yes', 'not an answer'],
    ['bronze:\n  named-owner: done', 'no such rule of bronze'],
    ['tin:\n', 'no such tier'],
    ['bronze:\n  secrets-masked: done\n  secrets-masked: done', 'answered twice'],
  ])('refuses %p', (text, problem) => {
    expect(() => readQuality(file(text))).toThrow(problem);
  });
});
