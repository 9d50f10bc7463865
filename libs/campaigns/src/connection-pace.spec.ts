import fc from 'fast-check';
import { hourMs, slotMs } from '@warmshift/domain';
import { vendorModule } from '@warmshift/vendors';
import { paceOf, requestsOf, type ConnectionUse } from './connection-pace';

const { manifest } = vendorModule('heatingcontrol');
const now = Date.UTC(2026, 10, 24, 12);
const today = { startsAt: now + hourMs, endsAt: now + 3 * hourMs };
const tomorrow = { startsAt: now + 25 * hourMs, endsAt: now + 27 * hourMs };
const use = (more: Partial<ConnectionUse> = {}): ConnectionUse => ({
  connectionId: 'c',
  vendor: 'heatingcontrol',
  requestsToday: 0,
  startsToCome: 0,
  restoresToCome: 0,
  ...more,
});
const withQuota = (requestsPerDay: number, restoreShare = 0.25) => ({
  ...manifest,
  pacing: { ...manifest.pacing, requestsPerDay, restoreShare },
});

describe('paceOf', () => {
  it('spaces starts and ends by what they cost at the rate limit', () => {
    expect(requestsOf(manifest)).toEqual({ start: 4, restore: 4 });
    expect(paceOf(manifest, use(), today, now)).toMatchObject({ startSpacingMs: 2_000, endSpacingMs: 2_000 });
  });

  it.each<[string, number | null, number]>([
    ['agreed faster', 40, 100],
    ['agreed slower', 0.5, 8_000],
    ['nothing agreed', null, 2_000],
  ])('spaces by the pace of the connection: %s', (_what, requestsPerSecond, spacingMs) => {
    const pace = paceOf(manifest, use({ requestsPerSecond }), today, now);
    expect(pace).toMatchObject({ startSpacingMs: spacingMs, endSpacingMs: spacingMs });
  });

  it('does not space a vendor that is told ahead, and states no quota where there is none', () => {
    const pace = paceOf(vendorModule('nox').manifest, use({ vendor: 'nox' }), today, now);
    expect(pace).toEqual({ connectionId: 'c', startSpacingMs: 0, endSpacingMs: 0, maxActions: undefined });
  });

  it.each<[string, number, Partial<ConnectionUse>, typeof today, number]>([
    ['starts and restores out of the whole day', 80, {}, today, 10],
    ['never more starts than the restores leave', 80, { requestsToday: 40 }, today, 5],
    ['what is planned counts, with its restore', 80, { startsToCome: 5, restoresToCome: 5 }, today, 5],
    ['what runs keeps its restore', 80, { requestsToday: 20, restoresToCome: 5 }, today, 5],
    ['of another day, what was used today does not count', 80, { requestsToday: 80 }, tomorrow, 10],
    ['used up', 80, { requestsToday: 79 }, today, 0],
    ['more used than there is', 80, { requestsToday: 200 }, today, 0],
  ])('%s', (_what, requestsPerDay, used, window, maxActions) => {
    expect(paceOf(withQuota(requestsPerDay), use(used), window, now).maxActions).toBe(maxActions);
  });

  it('never starts what could not be given back within the quota', () => {
    const counts = fc.record({
      requestsToday: fc.nat(500),
      startsToCome: fc.nat(50),
      restoresToCome: fc.nat(50),
    });
    fc.assert(
      fc.property(
        counts,
        fc.integer({ min: 1, max: 1_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (used, perDay, share) => {
          const { maxActions = 0 } = paceOf(withQuota(perDay, share), use(used), today, now);
          expect(maxActions).toBeGreaterThanOrEqual(0);
          if (maxActions === 0) return;
          const planned = used.requestsToday + 4 * used.startsToCome;
          expect(planned + 4 * used.restoresToCome + 8 * maxActions).toBeLessThanOrEqual(perDay);
          expect(planned + 4 * maxActions).toBeLessThanOrEqual(perDay * (1 - share));
        },
      ),
    );
  });

  it('never asks for more than a slot between two', () => {
    const slow = { ...manifest, pacing: { ...manifest.pacing, requestsPerSecond: 0.0001 } };
    expect(paceOf(slow, use(), today, now)).toMatchObject({ startSpacingMs: slotMs, endSpacingMs: slotMs });
  });
});
