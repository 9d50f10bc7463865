import fc from 'fast-check';
import { table, wrapped } from './table';

describe('table', () => {
  it('puts names to the left and numbers to the right', () => {
    expect(
      table(
        ['name', 'kW', 'why'],
        [
          ['a heater', 3.5, 'it is cold'],
          ['b', '–', ''],
        ],
      ),
    ).toBe(
      [
        '  name       kW  why',
        '  ────────  ───  ──────────',
        '  a heater  3.5  it is cold',
        '  b           –',
      ].join('\n'),
    );
  });

  it('wraps its last column to the width of the terminal', () => {
    const text = table(['code', 'reason'], [['READY', 'Device is ready to receive an action.']], {
      width: 32,
    });
    expect(text.split('\n')).toEqual([
      '  code   reason',
      '  ─────  ───────────────────────',
      '  READY  Device is ready to',
      '         receive an action.',
    ]);
  });
});

describe('wrapped', () => {
  it('loses no word, and makes no line longer than it must be', () => {
    const word = fc.stringMatching(/^[a-z]{1,12}$/);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), fc.integer({ min: 1, max: 40 }), (words, room) => {
        const lines = wrapped(words.join(' '), room);
        expect(lines.join(' ')).toBe(words.join(' '));
        for (const line of lines) expect(line.length <= room || !line.includes(' ')).toBe(true);
      }),
    );
  });
});
