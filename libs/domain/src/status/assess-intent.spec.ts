import { hourMs, minuteMs, slotMs } from '../fleet';
import { assess } from './assess';
import type { StatusCode } from './codes';
import type { Intent, ZoneFacts } from './facts';
import {
  idleCompressor as idle,
  intent,
  now,
  obstacles,
  readyRoom as room,
  readyTank as tank,
} from './zone-facts.fixtures';

const { legionella, cycles, compressor } = tank;

describe('assess with an intent', () => {
  it.each<[string, ZoneFacts, Intent, StatusCode]>([
    [
      'takes a later action after the present one has ended',
      { ...tank, ...obstacles.IN_ACTIVE_ACTION },
      intent('decrease', hourMs, hourMs),
      'READY',
    ],
    [
      'takes one after the override has run out',
      { ...tank, overrideQuietUntil: now + hourMs },
      intent('decrease', hourMs, hourMs),
      'READY',
    ],
    [
      'takes one after the rest',
      { ...tank, lastActionEndedAt: now - hourMs },
      intent('decrease', hourMs, hourMs),
      'READY',
    ],
    [
      'takes one after quiet hours',
      { ...tank, ...obstacles.QUIET_HOURS },
      intent('decrease', hourMs, hourMs),
      'READY',
    ],
    [
      'refuses one that runs into quiet hours',
      { ...tank, quietHours: [{ startsAt: now + hourMs, endsAt: now + 2 * hourMs }] },
      intent('decrease', hourMs + slotMs),
      'QUIET_HOURS',
    ],
    [
      'takes one when the compressor has run long enough by then',
      { ...tank, ...obstacles.MIN_RUN_TIME },
      intent('decrease', hourMs, minuteMs),
      'READY',
    ],
    [
      'lets a running compressor be increased whatever its starts',
      { ...tank, compressor: { ...compressor, since: now, startsLastHour: 9 } },
      intent('increase'),
      'READY',
    ],
    [
      'lets an idle compressor be decreased whatever its rest',
      { ...tank, compressor: { ...idle, since: now } },
      intent('decrease'),
      'READY',
    ],
    [
      'takes one for an increase that goes on, for it may reach its limit and start again',
      { ...tank, ...obstacles.CYCLE_LIMIT },
      intent('increase'),
      'CYCLE_LIMIT',
    ],
    [
      'takes one for an increase from standing still',
      { ...tank, ...obstacles.CYCLE_LIMIT, heating: false, compressor: idle },
      intent('increase'),
      'CYCLE_LIMIT',
    ],
    [
      'does not count its own cycle twice',
      { ...tank, cycles: { ...cycles, observedToday: 6, reservedToday: 1 } },
      intent('decrease', hourMs, 0, 1),
      'READY',
    ],
    [
      'counts the cycles of others',
      { ...tank, cycles: { ...cycles, observedToday: 6, reservedToday: 2 } },
      intent('decrease', hourMs, 0, 1),
      'CYCLE_LIMIT',
    ],
    [
      'believes the planner that an idle zone stays idle',
      { ...tank, heating: false, compressor: idle, ...obstacles.CYCLE_LIMIT },
      intent('decrease', hourMs, 0, 0),
      'READY',
    ],
    [
      'does not believe it when the zone heats',
      { ...tank, ...obstacles.CYCLE_LIMIT },
      intent('decrease', hourMs, 0, 0),
      'CYCLE_LIMIT',
    ],
    [
      'lets a tank be heated before its run is due',
      { ...tank, legionella: { ...legionella, lastCompletedAt: now + 4 * hourMs - legionella.intervalMs } },
      intent('increase'),
      'READY',
    ],
    [
      'steers no tank whose run is overdue',
      { ...tank, ...obstacles.LEGIONELLA_DUE },
      intent('increase'),
      'LEGIONELLA_DUE',
    ],
    [
      'unless the increase is the planned run',
      {
        ...tank,
        legionella: {
          ...legionella,
          lastCompletedAt: now - legionella.intervalMs,
          planned: { startsAt: now, endsAt: now + hourMs },
        },
      },
      intent('increase'),
      'READY',
    ],
    [
      'does not heat a tank blindly where heating has a limit',
      { ...tank, temperatureC: undefined, activationLimitC: 50 },
      intent('increase'),
      'STALE_DATA',
    ],
    [
      'asks of an action that has begun only what is left of it',
      room,
      intent('decrease', 3 * hourMs, -hourMs),
      'READY',
    ],
    [
      'leaves rooms out of legionella',
      { ...room, legionella: { ...legionella, runningSince: now } },
      intent('decrease'),
      'READY',
    ],
  ])('%s', (_name, facts, wanted, code) => {
    expect(assess(facts, now, wanted).code).toBe(code);
  });

  it('says that an action is active even where a later one may follow', () => {
    expect(
      assess({ ...tank, ...obstacles.IN_ACTIVE_ACTION }, now, intent('decrease', hourMs, hourMs)).inActive,
    ).toBe(true);
  });
});
