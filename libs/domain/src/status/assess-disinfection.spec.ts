import { hourMs, minuteMs, dayMs } from '../fleet';
import { assess } from './assess';
import type { Intent, ZoneFacts } from './facts';
import { idleCompressor, intent, now, obstacles, readyTank } from './zone-facts.fixtures';

const holds = [{ temperatureC: 60, holdMs: hourMs }];
const { legionella } = readyTank;
/** Overdue since yesterday, at 45 °C, and able to reach 61 °C in an hour. */
const overdue: ZoneFacts = {
  ...readyTank,
  compressor: idleCompressor,
  heating: false,
  temperatureC: 45,
  setpointC: undefined,
  stepC: undefined,
  gainKPerH: 24,
  legionella: { ...legionella, lastCompletedAt: now - 8 * dayMs, holds },
};
const run: Intent = { ...intent('increase'), purpose: 'disinfection' };
const codeOf = (changes: Partial<ZoneFacts>, asked: Intent = run) =>
  assess({ ...overdue, ...changes }, now, asked).code;

describe('a disinfection run', () => {
  it('is not kept away by the rule that it fulfils, which keeps campaigns away', () => {
    expect(codeOf({})).toBe('READY');
    expect(codeOf({}, intent('increase'))).toBe('LEGIONELLA_DUE');
    expect(codeOf({}, { ...run, direction: 'decrease' })).toBe('LEGIONELLA_DUE');
  });

  it.each(
    Object.entries(obstacles).filter(
      ([code]) => !['LEGIONELLA_DUE', 'NO_HEADROOM', 'MIN_RUN_TIME'].includes(code),
    ),
  )('is kept away by %s like everything else', (code, changes) => {
    const running = changes!.legionella && {
      legionella: { ...overdue.legionella!, runningSince: now - minuteMs },
    };
    expect(codeOf({ ...changes, ...running })).toBe(code);
  });

  it('waits for the compressor and for the activation limit', () => {
    expect(codeOf({ compressor: { ...idleCompressor, since: now - minuteMs } })).toBe('MIN_RUN_TIME');
    expect(codeOf({ activationLimitC: 40 })).toBe('NO_HEADROOM');
    expect(codeOf({ activationLimitC: 44.9 })).toBe('ABOVE_ACTIVATION_LIMIT');
  });

  it.each<[string, Partial<ZoneFacts>]>([
    ['the tank may not be made hot enough', { maxC: 60 }],
    ['nobody says how hot it may be made', { maxC: undefined }],
    ['it gains too little', { gainKPerH: 12 }],
    ['its profile is not known', { legionella: { ...legionella, lastCompletedAt: now - 8 * dayMs } }],
  ])('has no headroom where %s', (_why, changes) => {
    expect(codeOf(changes)).toBe('NO_HEADROOM');
  });

  it('heats no longer than a tank may be heated', () => {
    expect(codeOf({}, { ...run, span: { startsAt: now, endsAt: now + hourMs + 1 } })).toBe('NO_HEADROOM');
  });
});

describe('a campaign, before a planned disinfection run', () => {
  const planned = { startsAt: now + 3 * hourMs, endsAt: now + 5 * hourMs };
  const tank: ZoneFacts = { ...readyTank, legionella: { ...legionella, planned } };
  const decrease = (lastsMs: number) => assess(tank, now, intent('decrease', lastsMs));

  it('leaves the rest that the run would have to wait for', () => {
    expect(decrease(hourMs).code).toBe('READY');
    expect(decrease(hourMs + 1)).toMatchObject({ code: 'LEGIONELLA_DUE', nextEligibleAt: planned.endsAt });
  });

  it('leaves the run one of the actions of the day', () => {
    expect(assess({ ...tank, actionsToday: 1 }, now, intent('decrease')).code).toBe('READY');
    const used = assess({ ...tank, actionsToday: 2 }, now, intent('decrease'));
    expect(used).toMatchObject({ code: 'REST_PERIOD' });
    expect(used.reason).toContain('one is kept for its disinfection run');
    const tomorrow = { startsAt: now + 8 * hourMs, endsAt: now + 10 * hourMs };
    const later = { ...tank, actionsToday: 2, legionella: { ...legionella, planned: tomorrow } };
    expect(assess(later, now, intent('decrease')).code).toBe('READY');
  });
});
