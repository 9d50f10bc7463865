import { slotMs } from '@warmshift/domain';
import { isAllAuto, nextQuarter, nextSteeredSlot, planned, tooLongRun, wordAt } from './heat-pump-schedule';
import type { SlotWord } from './heat-pump-types';

const startsAt = Date.UTC(2026, 0, 15, 17);
const auto: SlotWord[] = Array.from({ length: 96 }, () => 'auto');
const withOff: SlotWord[] = auto.map((word, slot) => (slot === 2 ? 'off' : word));
const schedule = { startsAt, words: { DHW: auto, room: withOff } };

describe('a heat pump schedule', () => {
  it.each([
    ['17:00:00.000', '17:00'],
    ['17:00:00.001', '17:15'],
    ['17:07:00.000', '17:15'],
    ['17:59:59.999', '18:00'],
  ])('submitted at %s starts at %s', (submitted, expected) => {
    expect(nextQuarter(Date.parse(`2026-01-15T${submitted}Z`))).toBe(
      Date.parse(`2026-01-15T${expected}:00Z`),
    );
  });

  it('says auto before its start and after its 24 hours', () => {
    expect(wordAt({ next: schedule }, 'room', startsAt - 1)).toBe('auto');
    expect(wordAt({ next: schedule }, 'room', startsAt + 2 * slotMs)).toBe('off');
    expect(wordAt({ next: schedule }, 'room', startsAt + 3 * slotMs)).toBe('auto');
    expect(wordAt({ next: schedule }, 'room', startsAt + 96 * slotMs)).toBe('auto');
  });

  it('knows when it next steers', () => {
    expect(nextSteeredSlot({ next: schedule }, startsAt)).toBe(startsAt + 2 * slotMs);
    expect(nextSteeredSlot({ next: schedule }, startsAt + 2 * slotMs + 1)).toBe(startsAt + 2 * slotMs + 1);
    expect(nextSteeredSlot({ next: schedule }, startsAt + 3 * slotMs)).toBeUndefined();
    expect(isAllAuto(schedule.words)).toBe(false);
    expect(isAllAuto({ DHW: auto, room: auto })).toBe(true);
  });

  it('runs on until the one that replaces it starts', () => {
    const heating = { startsAt, words: { DHW: auto, room: auto.map((): SlotWord => 'off') } };
    const neutral = { startsAt: startsAt + 4 * slotMs, words: { DHW: auto, room: auto } };
    const running = planned({}, heating, startsAt - 1);
    const plan = planned(running, neutral, startsAt + 3 * slotMs + 1);
    expect(wordAt(plan, 'room', startsAt + 4 * slotMs - 1)).toBe('off');
    expect(wordAt(plan, 'room', startsAt + 4 * slotMs)).toBe('auto');
    expect(nextSteeredSlot(plan, startsAt + 3 * slotMs + 1)).toBe(startsAt + 3 * slotMs + 1);
    expect(nextSteeredSlot(plan, startsAt + 4 * slotMs)).toBeUndefined();
  });

  it('is forgotten when it is replaced before it began', () => {
    const first = planned({}, { startsAt, words: { DHW: auto, room: withOff } }, startsAt - slotMs);
    const plan = planned(first, { startsAt, words: { DHW: auto, room: auto } }, startsAt - 1);
    expect(nextSteeredSlot(plan, startsAt)).toBeUndefined();
  });

  it('finds where heating would last too long', () => {
    const on = (from: number, count: number): SlotWord[] =>
      auto.map((word, slot) => (slot >= from && slot < from + count ? 'on' : word));
    expect(tooLongRun(on(10, 4), 4)).toBeUndefined();
    expect(tooLongRun(on(10, 5), 4)).toBe(10);
  });
});
