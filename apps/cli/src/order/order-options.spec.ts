import { instantOf } from './instant';
import { orderOf } from './order-options';

const now = Date.parse('2026-01-15T12:00:00Z');

describe('orderOf', () => {
  it('makes an order of options, with nothing in it that was not said', () => {
    const order = orderOf(
      { from: '2026-01-15T17:00:00+01:00', to: '+2h', targetKw: '2000', vendor: ['nox'], holdOut: '0.05' },
      undefined,
      now,
    );
    expect(order).toEqual({
      name: 'Decrease of 2026-01-15T16:00:00.000Z',
      direction: 'decrease',
      startsAt: '2026-01-15T16:00:00.000Z',
      endsAt: '2026-01-15T18:00:00.000Z',
      targetKw: 2000,
      holdOutShare: 0.05,
      selection: { vendors: ['nox'] },
    });
  });

  it('keeps nothing and 0 apart', () => {
    expect(orderOf({ from: '17:00', to: '+1h' }, undefined, now)).not.toHaveProperty('targetKw');
    expect(orderOf({ from: '17:00', to: '+1h', targetKw: '0' }, undefined, now)).toMatchObject({
      targetKw: 0,
    });
  });

  it('lets options go before the file, field by field', () => {
    const file = {
      name: 'Evening peak',
      direction: 'increase',
      recurrence: { from: '2026-01-15' },
      targetKw: 1000,
      selection: { countries: ['BE'], vendors: ['istabai'] },
      limits: { maxMinutesPerZone: 30 },
    };
    expect(orderOf({ targetKw: '1500', vendor: ['nox'], maxOffsetK: '2' }, file, now)).toEqual({
      ...file,
      targetKw: 1500,
      selection: { countries: ['BE'], vendors: ['nox'] },
      limits: { maxMinutesPerZone: 30, maxSetpointOffsetK: 2 },
    });
  });

  it('leaves to the service what the service checks', () => {
    const file = { startsAt: 'soon', endsAt: 7, colour: 'red' };
    expect(orderOf({}, file, now)).toMatchObject(file);
  });

  it.each([
    [{}, undefined, /--from and --to must be given, or a --file with the times/],
    [{ from: '17:00' }, undefined, /--from and --to must be given/],
    [
      { from: '17:00', to: '18:00', share: 'half', seed: '' },
      undefined,
      /^--share must be a number; --seed must be a number\.$/,
    ],
    [{}, ['an order'], /--file must hold a JSON object/],
    [{}, null, /--file must hold a JSON object/],
  ])('refuses %j with the file %j', (options, file, why) => {
    expect(() => orderOf(options, file, now)).toThrow(why);
  });
});

describe('instantOf', () => {
  it.each([
    ['2026-01-15T17:00:00Z', '2026-01-15T17:00:00.000Z'],
    ['2026-01-15T17:00+01:00', '2026-01-15T16:00:00.000Z'],
    // The tests' wall is UTC.
    ['17:00', '2026-01-15T17:00:00.000Z'],
    ['9:15', '2026-01-16T09:15:00.000Z'],
    ['12:00', '2026-01-16T12:00:00.000Z'],
    ['+2h', '2026-01-15T14:00:00.000Z'],
    ['+90m', '2026-01-15T13:30:00.000Z'],
    ['+1h30m', '2026-01-15T13:30:00.000Z'],
  ])('takes %s', (text, instant) => {
    expect(instantOf(text, '--to', now, true)).toBe(instant);
  });

  it.each([
    '',
    '+',
    'tonight',
    '25:00',
    '17:60',
    '2026-01-15',
    '2026-01-15T17:00:00',
    '2026-13-01T00:00:00Z',
    '-1h',
    '2h',
    '+1d',
  ])('does not guess what %j means', (text) => {
    expect(() => instantOf(text, '--to', now, true)).toThrow(
      /^--to must be a time like 2026-01-15T17:00:00\+01:00/,
    );
  });

  it('takes a length only where there is a start', () => {
    expect(() => instantOf('+2h', '--from', now)).toThrow('--from must be a time');
  });
});
