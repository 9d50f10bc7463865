import { slotMs } from '@warmshift/domain';
import { isAllAuto, nextQuarter, nextSteeredSlot, tooLongRun, wordAt } from './heat-pump-schedule';
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
    expect(wordAt(schedule, 'room', startsAt - 1)).toBe('auto');
    expect(wordAt(schedule, 'room', startsAt + 2 * slotMs)).toBe('off');
    expect(wordAt(schedule, 'room', startsAt + 3 * slotMs)).toBe('auto');
    expect(wordAt(schedule, 'room', startsAt + 96 * slotMs)).toBe('auto');
  });

  it('knows when it next steers', () => {
    expect(nextSteeredSlot(schedule, startsAt)).toBe(startsAt + 2 * slotMs);
    expect(nextSteeredSlot(schedule, startsAt + 2 * slotMs + 1)).toBe(startsAt + 2 * slotMs + 1);
    expect(nextSteeredSlot(schedule, startsAt + 3 * slotMs)).toBeUndefined();
    expect(isAllAuto(schedule.words)).toBe(false);
    expect(isAllAuto({ DHW: auto, room: auto })).toBe(true);
  });

  it('finds where heating would last too long', () => {
    const on = (from: number, count: number): SlotWord[] =>
      auto.map((word, slot) => (slot >= from && slot < from + count ? 'on' : word));
    expect(tooLongRun(on(10, 4), 4)).toBeUndefined();
    expect(tooLongRun(on(10, 5), 4)).toBe(10);
  });
});
