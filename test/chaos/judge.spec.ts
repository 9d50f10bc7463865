import { nothingHappened, type Action, type Evidence, type Span, type Write } from './evidence';
import { brokenInvariants, judge, recoveryS, verdictOf, type InvariantName } from './judge';

const key = 'heatingcontrol/1';
const start = Date.UTC(2026, 0, 14, 17);
const s = 1_000;

const action: Action = {
  actionId: 'a',
  key,
  state: 'RESTORED',
  hasSnapshot: true,
  snapshotRealAt: start + s,
  endedRealAt: start + 35 * s,
};
const steer: Write = {
  key,
  realAt: start + 2 * s,
  call: 'setMode',
  what: 'manual 18',
  applied: 'now',
  readRealAt: start + 1.5 * s,
  effect: { changed: true, steering: 'manual 18', targetBeforeC: 21, targetC: 18, customerC: 21 },
};
const restore: Write = {
  ...steer,
  realAt: start + 32 * s,
  readRealAt: start + 31 * s,
  what: 'auto',
  effect: { changed: true, targetBeforeC: 18, targetC: 21, customerC: 21 },
};
const span: Span = { key, startedRealAt: start + 2 * s, endedRealAt: start + 32 * s };

/** One device, a window of 30 s, everything as it should be. */
const good: Evidence = {
  window: { startsRealAt: start, endsRealAt: start + 30 * s },
  recoveredRealAt: start,
  skewRealMs: 0,
  judgedRealAt: start + 100 * s,
  devices: 1,
  actions: [action],
  writes: [steer, restore],
  spans: [span],
  overrides: [],
  physics: { cycles: [], comfort: [], legionella: [] },
};

const broken = (change: Partial<Evidence>) => brokenInvariants(judge({ ...good, ...change }));
const atOverride = [{ key, realAt: start + 10 * s }];
const untilOverride = { ...span, endedRealAt: start + 10 * s };

describe('the judge', () => {
  it('finds nothing in a campaign that kept every promise', () => {
    expect(broken({})).toEqual([]);
  });

  it.each<[InvariantName, string, Partial<Evidence>]>([
    [
      'snapshot-first',
      'a write before the snapshot',
      { actions: [{ ...action, snapshotRealAt: start + 3 * s }] },
    ],
    ['snapshot-first', 'an action without a snapshot', { actions: [{ ...action, hasSnapshot: false }] }],
    [
      'snapshot-first',
      'a write to a device without any action',
      { writes: [...good.writes, { ...steer, key: 'nox/9' }] },
    ],
    ['inside-window', 'steering before the window', { spans: [{ ...span, startedRealAt: start - 2 * s }] }],
    ['inside-window', 'steering beyond the grace', { spans: [{ ...span, endedRealAt: start + 92 * s }] }],
    ['inside-window', 'a home that is still steered', { spans: [{ key, startedRealAt: start + 2 * s }] }],
    [
      'inside-window',
      'a home steered anew after the grace',
      { spans: [span, { ...span, startedRealAt: start + 92 * s, endedRealAt: start + 93 * s }] },
    ],
    [
      'given-back',
      'an action that is still open',
      { actions: [{ ...action, state: 'RESTORING', endedRealAt: undefined }] },
    ],
    [
      'given-back',
      'an action that ended too late',
      { actions: [{ ...action, endedRealAt: start + 92 * s }] },
    ],
    [
      'given-back',
      'a steered home whose action says that nothing happened',
      { actions: [{ ...action, state: 'FAILED' }] },
    ],
    [
      'given-back',
      'a steered home of which Postgres knows no action',
      { spans: [span, { ...span, key: 'nox/9' }] },
    ],
    [
      'overrides-untouched',
      "a restore over the customer's choice",
      { spans: [untilOverride], overrides: atOverride },
    ],
    [
      'overrides-untouched',
      'steering anew after it',
      {
        writes: [steer],
        spans: [untilOverride, { ...span, startedRealAt: start + 13 * s }],
        overrides: atOverride,
      },
    ],
    [
      'sent-once',
      'a command that the device had already',
      {
        writes: [
          steer,
          { ...steer, realAt: start + 4 * s, effect: { ...steer.effect!, changed: false } },
          restore,
        ],
      },
    ],
    [
      'sent-once',
      'a repetition without a look',
      {
        writes: [
          { ...steer, applied: 'never', effect: undefined },
          { ...steer, realAt: start + 4 * s },
          restore,
        ],
      },
    ],
    [
      'rules-kept',
      'a setpoint below the floor',
      { writes: [{ ...steer, effect: { ...steer.effect!, targetC: 16, customerC: 18 } }, restore] },
    ],
    [
      'rules-kept',
      "a setpoint far below the customer's",
      { writes: [{ ...steer, effect: { ...steer.effect!, targetC: 17.5 } }, restore] },
    ],
    ['rules-kept', 'a start too many', { physics: { ...good.physics, cycles: ['nox/1: 9 starts'] } }],
    ['rules-kept', 'a cold room', { physics: { ...good.physics, comfort: ['nox/1: 12 min'] } }],
    ['rules-kept', 'a disinfection that was missed', { physics: { ...good.physics, legionella: ['nox/1'] } }],
    ['worth-judging', 'a campaign that hardly steered', { devices: 6 }],
  ])('%s: convicts %s', (name, _what, change) => {
    expect(broken(change)).toEqual([name]);
  });

  it.each<[string, Partial<Evidence>]>([
    [
      'a restore late in the window of recovery',
      {
        recoveredRealAt: start + 60 * s,
        actions: [{ ...action, endedRealAt: start + 119 * s }],
        spans: [{ ...span, endedRealAt: start + 119 * s }],
      },
    ],
    [
      'a start early by as much as the clock was wrong',
      { skewRealMs: 2 * s, spans: [{ ...span, startedRealAt: start - 2 * s }] },
    ],
    [
      'a repetition after a look that said "not applied"',
      {
        writes: [
          { ...steer, applied: 'never', effect: undefined },
          { ...steer, realAt: start + 4 * s, readRealAt: start + 3 * s },
          restore,
        ],
      },
    ],
    [
      'a neutral schedule after a command that was dropped unseen',
      {
        writes: [
          { ...steer, applied: 'never', effect: undefined },
          { ...restore, effect: { changed: false } },
        ],
      },
    ],
    [
      'a write that crossed with the customer',
      {
        writes: [steer, { ...restore, realAt: start + 10.5 * s, readRealAt: start + 9.9 * s }],
        spans: [untilOverride],
        overrides: atOverride,
      },
    ],
    [
      "a write that leaves the customer's dial alone",
      {
        writes: [
          steer,
          { ...restore, effect: { changed: true, targetBeforeC: 23, targetC: 23, customerC: 23 } },
        ],
        spans: [untilOverride],
        overrides: atOverride,
      },
    ],
    [
      'a restore to a setpoint of the customer that is low',
      {
        writes: [steer, { ...restore, effect: { ...restore.effect!, steering: 'night', targetC: 15 } }].map(
          (w) => ({
            ...w,
            effect: {
              ...w.effect!,
              targetBeforeC: Math.min(w.effect?.targetBeforeC ?? 0, w.effect?.targetC ?? 0),
            },
          }),
        ),
      },
    ],
  ])('acquits %s', (_what, change) => {
    expect(broken(change)).toEqual([]);
  });

  it('counts recovery from the end of the window or the end of the trouble', () => {
    expect(recoveryS(good)).toBe(2);
    expect(recoveryS({ ...good, recoveredRealAt: start + 31 * s })).toBe(1);
    expect(recoveryS({ ...good, spans: [{ key, startedRealAt: start }] })).toBeUndefined();
  });

  it('tells a run that proves nothing from one that broke a promise', () => {
    const verdict = (change: Partial<Evidence>) => verdictOf(judge({ ...good, ...change }));
    expect(verdict({})).toBe('held');
    expect(verdict({ devices: 100 })).toBe('not-judged');
    expect(verdictOf(judge(nothingHappened(500)))).toBe('not-judged');
    expect(verdict({ devices: 100, spans: [{ ...span, endedRealAt: undefined }] })).toBe('broken');
  });
});
