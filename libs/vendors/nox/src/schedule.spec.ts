import type { Direction, ZoneKind } from '@warmshift/domain';
import { minuteMs, slotMs } from '@warmshift/domain';
import fc from 'fast-check';
import { slotsFrom, steeredSpans } from './schedule';
import { readScheduleReply, scheduleBody } from './schedule-body';

const at = (hour: number, minute = 0) => Date.UTC(2026, 0, 15, hour, minute);
const span = (zone: ZoneKind, direction: Direction, startsAt: number, endsAt: number) => ({
  zone,
  direction,
  span: { startsAt, endsAt },
});

describe('steeredSpans', () => {
  it.each([
    ['on the grid', at(17), at(19), at(17), at(19)],
    ['inwards at both ends', at(17, 5), at(18, 55), at(17, 15), at(18, 45)],
    ['to one quarter', at(17), at(17, 20), at(17), at(17, 15)],
  ])('puts a span %s', (_, startsAt, endsAt, from, to) => {
    expect(steeredSpans([span('room', 'decrease', startsAt, endsAt)])).toEqual([
      { zone: 'room', word: 'off', startsAt: from, endsAt: to },
    ]);
  });

  it('leaves out a span without a whole quarter', () => {
    expect(steeredSpans([span('room', 'decrease', at(17, 5), at(17, 29))])).toEqual([]);
  });

  it('cuts DHW heating after four quarters, also across adjoining spans, and nothing else', () => {
    const dhw = [span('DHW', 'increase', at(12), at(12, 45)), span('DHW', 'increase', at(12, 45), at(14))];
    expect(steeredSpans(dhw)).toEqual([{ zone: 'DHW', word: 'on', startsAt: at(12), endsAt: at(13) }]);
    expect(steeredSpans([span('room', 'increase', at(12), at(14))])[0]?.endsAt).toBe(at(14));
    expect(steeredSpans([span('DHW', 'decrease', at(12), at(14))])[0]?.endsAt).toBe(at(14));
  });

  it('keeps the zones and their words apart', () => {
    expect(
      steeredSpans([
        span('DHW', 'decrease', at(17), at(18)),
        span('room', 'increase', at(17, 30), at(18)),
        span('DHW', 'increase', at(18), at(18, 30)),
      ]),
    ).toEqual([
      { zone: 'DHW', word: 'off', startsAt: at(17), endsAt: at(18) },
      { zone: 'DHW', word: 'on', startsAt: at(18), endsAt: at(18, 30) },
      { zone: 'room', word: 'on', startsAt: at(17, 30), endsAt: at(18) },
    ]);
  });
});

describe('slotsFrom', () => {
  it('has 96 words per zone: ours inside the spans, auto before and after', () => {
    const slots = slotsFrom(at(16, 45), steeredSpans([span('DHW', 'decrease', at(17), at(17, 30))]));
    expect(slots.DHW.slice(0, 5)).toEqual(['auto', 'off', 'off', 'auto', 'auto']);
    expect(slots.DHW).toHaveLength(96);
    expect(new Set(slots.room)).toEqual(new Set(['auto']));
    expect(slots.room).toHaveLength(96);
  });

  it('never steers a quarter outside the windows, and never heats a tank for more than an hour', () => {
    const minutes = fc.integer({ min: 0, max: 26 * 60 });
    const anySpan = fc
      .tuple(
        fc.constantFrom<ZoneKind>('DHW', 'room'),
        fc.constantFrom<Direction>('decrease', 'increase'),
        minutes,
        fc.integer({ min: 1, max: 300 }),
      )
      .map(([zone, direction, from, length]) =>
        span(zone, direction, at(0, from), at(0, from) + length * minuteMs),
      );
    fc.assert(
      fc.property(fc.array(anySpan, { maxLength: 4 }), fc.integer({ min: 0, max: 40 }), (spans, quarter) => {
        const startsAt = at(0) + quarter * slotMs;
        const slots = slotsFrom(startsAt, steeredSpans(spans));
        for (const zone of ['DHW', 'room'] as const) {
          let on = 0;
          slots[zone].forEach((word, index) => {
            on = word === 'on' && zone === 'DHW' ? on + 1 : 0;
            expect(on).toBeLessThanOrEqual(4);
            if (word === 'auto') return;
            const slot = startsAt + index * slotMs;
            const direction = word === 'off' ? 'decrease' : 'increase';
            const inside = spans.some(
              (wanted) =>
                wanted.zone === zone &&
                wanted.direction === direction &&
                wanted.span.startsAt <= slot &&
                slot + slotMs <= wanted.span.endsAt,
            );
            expect(inside).toBe(true);
          });
        }
      }),
    );
  });
});

describe('the proposed schedule body', () => {
  it('names the device, the start and both zones', () => {
    const slots = slotsFrom(at(17), steeredSpans([span('room', 'decrease', at(17), at(17, 15))]));
    const body = scheduleBody('hp-1', slots, at(17));
    expect(Object.keys(body)).toEqual(['device_id', 'start_time', 'schedule']);
    expect(body).toMatchObject({ device_id: 'hp-1', start_time: '2026-01-15T17:00:00Z' });
    expect(body.schedule.room.slice(0, 2)).toEqual(['off', 'auto']);
  });

  it('leaves the start to NOX when none is given', () => {
    expect(scheduleBody('hp-1', slotsFrom(at(17), []), undefined)).not.toHaveProperty('start_time');
  });

  it.each([
    [
      '{"status":"success","message":"Schedule submitted successfully","meta":{"start_time":"2026-01-15T17:00:00Z"}}',
      { refused: false, words: 'Schedule submitted successfully', startsAt: at(17) },
    ],
    ['{"status":"error","message":"no"}', { refused: true, words: 'no', startsAt: undefined }],
    ['', { refused: false, words: undefined, startsAt: undefined }],
    ['<html>', { refused: false, words: '<html>', startsAt: undefined }],
    ['null', { refused: false, words: 'null', startsAt: undefined }],
    ['{"status":7,"meta":[]}', { refused: false, words: undefined, startsAt: undefined }],
  ])('reads the answer %p', (text, expected) => {
    expect(readScheduleReply(text)).toEqual(expected);
  });
});
