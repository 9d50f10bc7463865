import fc from 'fast-check';
import { assess, statusRules } from './assess';
import { readyReason, statusCodes, type StatusCode } from './codes';
import type { ZoneFacts } from './facts';
import { intent, now, obstacles, readyRoom as room, readyTank as tank } from './zone-facts.fixtures';

describe('assess', () => {
  it('says READY, in the vendor’s words, when nothing speaks against it', () => {
    expect(assess(tank, now)).toEqual({
      canActivate: true,
      inActive: false,
      code: 'READY',
      reason: readyReason,
    });
    expect(assess(room, now, intent('decrease')).code).toBe('READY');
  });

  it('asks the rules in the order of the codes', () => {
    expect([...statusRules.map((rule) => rule.code), 'READY']).toEqual(statusCodes);
  });

  it.each(Object.entries(obstacles))('says %s when only that is in the way', (code, obstacle) => {
    const assessment = assess({ ...tank, ...obstacle }, now);
    expect(assessment).toMatchObject({ code, canActivate: false });
    expect(assessment.reason).toMatch(/^[A-Z].*\.$/);
  });

  it('names the first of several obstacles', () => {
    fc.assert(
      fc.property(fc.subarray(Object.keys(obstacles) as StatusCode[], { minLength: 1 }), (codes) => {
        // LEGIONELLA_RUNNING and LEGIONELLA_DUE share a fact: where both are wanted, both hold.
        const facts = codes.reduce<ZoneFacts>((sum, code) => {
          const obstacle = obstacles[code] ?? {};
          const shared = obstacle.legionella && { legionella: { ...sum.legionella, ...obstacle.legionella } };
          return { ...sum, ...obstacle, ...shared } as ZoneFacts;
        }, tank);
        const first = statusCodes.find((code) => codes.includes(code));
        expect(assess(facts, now).code).toBe(first);
      }),
      { numRuns: 500 },
    );
  });

  it('makes no obstacle of facts that nobody stated', () => {
    const {
      online,
      faulty,
      readOnly,
      vendorSteerable,
      learningPeriodEnded,
      cycles: _c,
      compressor: _k,
      ...silent
    } = {
      online: undefined,
      faulty: undefined,
      readOnly: undefined,
      vendorSteerable: undefined,
      learningPeriodEnded: undefined,
      ...tank,
    };
    expect(
      [online, faulty, readOnly, vendorSteerable, learningPeriodEnded].every((fact) => fact === undefined),
    ).toBe(true);
    expect(assess(silent, now).code).toBe('READY');
  });
});
