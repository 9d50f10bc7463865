import fc from 'fast-check';
import { minuteMs } from '../fleet';
import { stretchesOfPowers, stretchesOfTemperatures } from './heated-stretches';
import { onOffRuns, pooledLengths, runLengths, spreadOf, usualRunLengths } from './on-off-runs';

/** A picture of five minutes a letter: `#` heated, `.` not, ` ` not read. */
const seenAs = (picture: string) =>
  [...picture].flatMap((mark, i) =>
    mark === ' '
      ? []
      : [{ startsAt: i * 5 * minuteMs, endsAt: (i + 1) * 5 * minuteMs, onShare: mark === '#' ? 1 : 0 }],
  );
const minutes = (ms: number) => ms / minuteMs;

describe('onOffRuns', () => {
  it.each([
    ['##', { on: true, since: 0, sinceKnown: false, onEnds: 0, offEnds: 0 }],
    ['..##', { on: true, since: 10, sinceKnown: true, onEnds: 0, offEnds: 1 }],
    ['##..#', { on: true, since: 20, sinceKnown: true, onEnds: 1, offEnds: 1 }],
    ['#.#.', { on: false, since: 15, sinceKnown: true, onEnds: 2, offEnds: 1 }],
  ])('%s', (picture, { since, ...facts }) => {
    expect(onOffRuns(seenAs(picture))).toMatchObject({ ...facts, since: since * minuteMs });
  });

  it('forgets what lies before a gap of more than half an hour', () => {
    expect(onOffRuns(seenAs('#.#.       ##'))).toMatchObject({ on: true, onEnds: 0, offEnds: 0 });
    expect(onOffRuns(seenAs('#.#.     ##'))).toMatchObject({ on: true, onEnds: 2, offEnds: 2 });
  });

  it('places a switch inside a stretch by what was heated of it', () => {
    const first = { startsAt: 0, endsAt: 15 * minuteMs, onShare: 1 };
    const second = { startsAt: 15 * minuteMs, endsAt: 30 * minuteMs, onShare: 0.2 };
    const runs = onOffRuns([first, second])!;
    expect(minutes(runs.since)).toBe(18);
    expect(minutes(runs.onMs)).toBe(18);
    expect(minutes(runs.offMs)).toBe(12);
  });

  it('says nothing of nothing', () => {
    expect(onOffRuns([])).toBeUndefined();
  });
});

describe('run lengths', () => {
  const often = onOffRuns(seenAs('##..##..##..##..'))!;
  const never = onOffRuns(seenAs('################'))!;

  it('of peers count runs that are not over', () => {
    const { offMs, onMs } = pooledLengths([often, never]);
    expect(minutes(onMs)).toBeCloseTo((40 + 80) / 4);
    expect(minutes(offMs)).toBeCloseTo(40 / 3);
  });

  it('are the usual ones where nobody has seen a run end', () => {
    expect(pooledLengths([never])).toEqual(usualRunLengths);
  });

  it('of one zone lie between what was seen of it and its peers', () => {
    const share = fc.integer({ min: 1, max: 200 }).map((length) => length * minuteMs);
    fc.assert(
      fc.property(share, share, fc.integer({ min: 1, max: 20 }), (onMs, offMs, peerRuns) => {
        const peers = { onMs: onMs + 10 * minuteMs, offMs: offMs + 10 * minuteMs };
        const own = runLengths(often, peers, peerRuns);
        const ownOnMs = often.onMs / often.onEnds;
        expect(own.onMs).toBeGreaterThanOrEqual(Math.min(ownOnMs, peers.onMs) - 1);
        expect(own.onMs).toBeLessThanOrEqual(Math.max(ownOnMs, peers.onMs) + 1);
      }),
    );
  });

  it('of a zone that nobody has seen are its peers’, and it may be further from them', () => {
    const peers = { onMs: 40 * minuteMs, offMs: 60 * minuteMs };
    expect(runLengths(undefined, peers, 6)).toEqual(peers);
    expect(spreadOf(never, 6)).toBeGreaterThan(spreadOf(often, 6));
  });
});

describe('stretches', () => {
  it('of powers change half-way between two readings', () => {
    const powers = [1500, 0, 0, 1500].map((powerW, i) => ({ at: i * 10 * minuteMs, powerW }));
    expect(
      stretchesOfPowers(powers, 1500).map(({ startsAt, onShare }) => [minutes(startsAt), onShare]),
    ).toEqual([
      [0, 1],
      [5, 0],
      [15, 0],
      [25, 1],
    ]);
  });

  const readings = (...temperaturesC: number[]) =>
    temperaturesC.map((temperatureC, i) => ({ at: i * 15 * minuteMs, temperatureC }));

  it('of temperatures are the share that makes up for loss and change', () => {
    const model = { coolingKPerH: 0.4, gainKPerH: 1.2 };
    const shares = stretchesOfTemperatures(readings(20, 20.2, 20.2, 20.1), model).map(
      ({ onShare }) => onShare,
    );
    [1, 1 / 3, 0].forEach((share, i) => expect(shares[i]).toBeCloseTo(share));
  });

  it('of temperatures without a model go by their changes, and say nothing where they turn', () => {
    const said = (...temperaturesC: number[]) =>
      stretchesOfTemperatures(readings(...temperaturesC), {}).map(({ onShare, startsAt }) => [
        minutes(startsAt) / 15,
        onShare,
      ]);
    expect(said(20, 20, 20.1, 20.1, 20.2)).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
    expect(said(20, 20.1, 20.1, 20)).toEqual([
      [0, 1],
      [2, 0],
    ]);
  });

  it('of temperatures leave long gaps open', () => {
    const apart = [
      { at: 0, temperatureC: 20 },
      { at: 40 * minuteMs, temperatureC: 21 },
    ];
    expect(stretchesOfTemperatures(apart, {})).toEqual([]);
  });
});
