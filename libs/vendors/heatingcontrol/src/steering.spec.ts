import { hourMs } from '@warmshift/domain';
import type { SteeringIntent } from '@warmshift/vendors/contract';
import fc from 'fast-check';
import type { SetModeSpec } from './command-spec';
import { commandFor, compare, restoreFor } from './steering';
import type { HeaterCommand, HeaterState } from './steering-state';
import { heaterStateOf, heaterStateSchema } from './steering-state';
import { stateSchema } from './wire';

const spec: SetModeSpec = {
  key: 'setMode',
  modes: ['auto', 'manual', 'off'],
  temperatureParam: 'temperature',
  min: 5,
  max: 35,
  step: 0.5,
};
const fahrenheitSpec: SetModeSpec = { ...spec, min: 41, max: 95, step: 1 };
const auto: HeaterState = {
  mode: 'auto',
  target: 22,
  targetC: 22,
  unit: 'C',
  temperatureC: 21,
  setMode: spec,
};
const manual: HeaterState = { ...auto, mode: 'manual' };
const fahrenheit: HeaterState = { ...manual, target: 72, targetC: 22.22, unit: 'F', setMode: fahrenheitSpec };

function intent(limitC: number, direction: 'decrease' | 'increase' = 'decrease'): SteeringIntent {
  const span = { startsAt: 0, endsAt: hourMs };
  return {
    actionId: 'a',
    zone: 'room',
    direction,
    span,
    limitC,
    deviceSpans: [{ zone: 'room', direction, span }],
  };
}

function commanded(wanted: SteeringIntent, state: HeaterState, allowOff = false): HeaterCommand {
  const decision = commandFor(wanted, state, allowOff);
  if (decision.kind === 'refuse') throw new Error(decision.reason);
  return decision.command as HeaterCommand;
}

/** What a heater shows after a command, as the vendor would state it. */
function shows(command: HeaterCommand, before: HeaterState): HeaterState {
  const { setpoint } = command;
  if (setpoint === undefined) return { ...before, mode: command.mode };
  const inF = before.unit === 'F';
  const target = inF ? Math.round((setpoint.celsius * 9) / 5 + 32) : setpoint.value;
  return { ...before, mode: command.mode, target, targetC: inF ? ((target - 32) * 5) / 9 : target };
}

describe('commandFor', () => {
  it.each([
    ['a decrease at the limit', intent(18), auto, 18],
    ['a decrease between two steps, not below the limit', intent(17.9), auto, 18],
    ['a decrease, not below the device', intent(3), auto, 5],
    ['an increase at the limit', intent(23.5, 'increase'), auto, 23.5],
    ['an increase, snapped downwards', intent(23.4, 'increase'), auto, 23],
    ['an increase, not above the device', intent(40, 'increase'), auto, 35],
    [
      'on a grid that starts at its minimum',
      intent(17.4),
      { ...auto, setMode: { ...spec, min: 5.3, step: 1 } },
      18.3,
    ],
    ['in °F, never below the limit of a decrease', intent(17), fahrenheit, 63],
    ['in °F, never above the limit of an increase', intent(23.5, 'increase'), fahrenheit, 74],
    ['C8: in °C to a device that shows °F and takes °C', intent(18), { ...fahrenheit, setMode: spec }, 18],
  ])('sends %s', (_name, wanted, state, value) => {
    expect(commanded(wanted, state)).toMatchObject({
      mode: 'manual',
      setpoint: { param: 'temperature', value },
    });
  });

  it.each([
    ['no setMode', intent(18), { ...auto, setMode: undefined }, 'does not offer the command setMode'],
    [
      'C9: no manual',
      intent(18),
      { ...auto, setMode: { ...spec, modes: ['auto', 'off'] } },
      'does not offer the mode "manual"',
    ],
    [
      'a mode that cannot be given back',
      intent(18),
      { ...auto, mode: 'modified_auto' },
      '"modified_auto" could not be given back',
    ],
    ['switched off', intent(23, 'increase'), { ...auto, mode: 'off' }, 'switched off'],
    ['no unit', intent(18), { ...auto, unit: undefined }, 'does not state its target temperature'],
    ['no target', intent(18), { ...auto, targetC: undefined }, 'does not state its target temperature'],
    [
      'no temperature parameter',
      intent(18),
      { ...auto, setMode: { ...spec, temperatureParam: undefined } },
      'takes no temperature',
    ],
    [
      'a setpoint that is low already',
      intent(18),
      { ...manual, target: 17, targetC: 17 },
      'is 17 °C already',
    ],
    ['a setpoint that is high already', intent(21, 'increase'), auto, 'is 22 °C already'],
    [
      'a device that cannot go so low',
      intent(18),
      { ...auto, setMode: { ...spec, min: 23 } },
      'is 22 °C already',
    ],
    [
      'a device whose lowest is above an increase',
      intent(23, 'increase'),
      { ...auto, setMode: { ...spec, min: 41 } },
      'outside',
    ],
    [
      'a change that whole °F cannot show',
      intent(22),
      { ...fahrenheit, setMode: spec },
      'is 22.22 °C already',
    ],
    ['a setpoint that is the limit', intent(18), { ...manual, target: 18, targetC: 18 }, 'is 18 °C already'],
    [
      'C13: a charged storage heater',
      intent(23, 'increase'),
      { ...auto, chargeFraction: 0.95 },
      'is charged',
    ],
  ])('refuses at %s and says why', (_name, wanted, state, reason) => {
    const decision = commandFor(wanted, state, false);
    expect(decision).toMatchObject({ kind: 'refuse', reason: expect.stringContaining(reason) });
  });

  it.each([
    ['with consent in a warm room', intent(17), auto, true, 'off'],
    ['never without consent', intent(17), auto, false, 'manual'],
    ['C14: never close to the limit', intent(20.5), auto, true, 'manual'],
    [
      'never without knowing the temperature',
      intent(17),
      { ...auto, temperatureC: undefined },
      true,
      'manual',
    ],
    ['never for an increase', intent(23, 'increase'), auto, true, 'manual'],
    ['never for storage', intent(17), { ...auto, chargeFraction: 0.5 }, true, 'manual'],
    [
      'C9: never where it is not offered',
      intent(17),
      { ...auto, setMode: { ...spec, modes: ['auto', 'manual'] } },
      true,
      'manual',
    ],
  ])('switches off %s', (_name, wanted, state, allowOff, mode) => {
    expect(commanded(wanted, state, allowOff).mode).toBe(mode);
  });

  it('stays within the device and on the side of the limit, whatever the numbers', () => {
    const numbers = fc.record({
      limitC: fc.double({ min: 7, max: 30, noNaN: true }),
      targetC: fc.double({ min: 7, max: 30, noNaN: true }),
      min: fc.integer({ min: 4, max: 15 }),
      max: fc.integer({ min: 20, max: 40 }),
      step: fc.constantFrom(0.1, 0.5, 1),
      direction: fc.constantFrom('decrease' as const, 'increase' as const),
    });
    fc.assert(
      fc.property(numbers, ({ limitC, targetC, min, max, step, direction }) => {
        const state = { ...auto, target: targetC, targetC, setMode: { ...spec, min, max, step } };
        const decision = commandFor(intent(limitC, direction), state, false);
        if (decision.kind === 'refuse') return;
        const { value = Number.NaN } = (decision.command as HeaterCommand).setpoint ?? {};
        expect(value).toBeGreaterThanOrEqual(min);
        expect(value).toBeLessThanOrEqual(max);
        if (direction === 'increase') {
          expect(value).toBeLessThanOrEqual(limitC + 0.01);
          expect(value).toBeGreaterThan(targetC);
        } else {
          expect(value).toBeLessThan(targetC);
          expect(value).toBeGreaterThan(limitC - step - 0.01);
        }
      }),
    );
  });
});

describe('compare', () => {
  const command = commanded(intent(18), auto);
  it.each([
    ['applied when the device shows it', { ...auto, mode: 'manual', targetC: 18 }, 'applied'],
    ['applied when it is shown rounded', { ...auto, mode: 'MANUAL', targetC: 18.2 }, 'applied'],
    ['not applied when it shows the snapshot', auto, 'not_applied'],
    ['not applied in auto at the next target of its own programme', { ...auto, targetC: 19 }, 'not_applied'],
    ['changed at another setpoint', { ...auto, mode: 'manual', targetC: 20 }, 'changed'],
    ['changed at one step more', { ...auto, mode: 'manual', targetC: 18.5 }, 'changed'],
    ['changed in another mode', { ...auto, mode: 'off' }, 'changed'],
  ])('is %s', (_name, state, expected) => {
    expect(compare(command, auto, state)).toBe(expected);
  });

  it('tells ours from the snapshot one step apart', () => {
    const small = commanded(intent(21.5), manual);
    expect(compare(small, manual, { ...manual, targetC: 21.5 })).toBe('applied');
    expect(compare(small, manual, manual)).toBe('not_applied');
  });

  it('takes the nearer one where both would fit', () => {
    const close = { ...manual, target: 18.4, targetC: 18.4, setMode: { ...spec, step: 1 } };
    const sent = commanded(intent(18), close);
    expect(compare(sent, close, { ...close, targetC: 18 })).toBe('applied');
    expect(compare(sent, close, close)).toBe('not_applied');
  });

  it('C8: accepts a °C command shown in whole °F', () => {
    const state = { ...fahrenheit, setMode: spec };
    const sent = commanded(intent(18), state);
    expect(compare(sent, state, shows(sent, state))).toBe('applied');
    expect(compare(sent, state, state)).toBe('not_applied');
  });
});

describe('restoreFor', () => {
  const roundTrip = (snapshot: HeaterState, wanted = intent(18), allowOff = false) => {
    const command = commanded(wanted, snapshot, allowOff);
    const during = shows(command, snapshot);
    const decision = restoreFor(command, snapshot, during);
    if (decision.kind !== 'write') throw new Error(`expected a write, got ${decision.kind}`);
    const written = decision.command as HeaterCommand;
    return { command, during, written, after: restoreFor(command, snapshot, shows(written, during)) };
  };

  it('gives "auto" back without a temperature', () => {
    const { written, after } = roundTrip(auto);
    expect(written).toEqual({ kind: 'setMode', key: 'setMode', mode: 'auto' });
    expect(after).toEqual({ kind: 'restored' });
  });

  it('gives "manual" back at the snapshot\'s own number', () => {
    const { written, after } = roundTrip({ ...manual, target: 21.7, targetC: 21.7 });
    expect(written).toMatchObject({ mode: 'manual', setpoint: { value: 21.7 } });
    expect(after).toEqual({ kind: 'restored' });
  });

  it('C8: gives °F back in °F, or in °C where the command takes that', () => {
    expect(roundTrip(fahrenheit).written.setpoint?.value).toBe(72);
    const { written, after } = roundTrip({ ...fahrenheit, setMode: spec });
    expect(written.setpoint?.value).toBe(22);
    expect(after).toEqual({ kind: 'restored' });
  });

  it('turns a heater on again that was switched off', () => {
    const { command, written, after } = roundTrip(manual, intent(17), true);
    expect(command.mode).toBe('off');
    expect(written).toMatchObject({ mode: 'manual', setpoint: { value: 22 } });
    expect(after).toEqual({ kind: 'restored' });
  });

  it('gives back another mode that the device offers', () => {
    const eco = { ...auto, mode: 'eco', setMode: { ...spec, modes: ['Eco', 'manual'] } };
    expect(roundTrip(eco).written).toEqual({ kind: 'setMode', key: 'setMode', mode: 'Eco' });
  });

  it('ends in "auto" when the mode of the snapshot is no longer offered', () => {
    const command = commanded(intent(18), auto);
    const lost = { ...auto, mode: 'modified_auto' };
    const decision = restoreFor(command, lost, shows(command, lost));
    expect(decision).toMatchObject({ kind: 'write', command: { mode: 'auto' } });
    expect(restoreFor(command, lost, auto)).toEqual({ kind: 'restored' });
  });

  it('has nothing to do when the device shows the snapshot', () => {
    expect(restoreFor(commanded(intent(18), auto), auto, auto)).toEqual({ kind: 'restored' });
  });

  it.each([
    [
      'another setpoint',
      { ...auto, mode: 'manual', target: 23, targetC: 23 },
      'the heater is in mode "manual" at 23 °C',
    ],
    ['off', { ...auto, mode: 'off', targetC: undefined }, 'the heater is in mode "off"'],
  ])('keeps hands off when the customer chose %s', (_name, state, what) => {
    expect(restoreFor(commanded(intent(18), auto), auto, state)).toEqual({ kind: 'overridden', what });
  });

  it('leads back from every command, in both units', () => {
    const start = fc.record({
      snapshot: fc.constantFrom(auto, manual, fahrenheit, { ...fahrenheit, setMode: spec }),
      limitC: fc.double({ min: 10, max: 28, noNaN: true }),
      direction: fc.constantFrom('decrease' as const, 'increase' as const),
      allowOff: fc.boolean(),
    });
    fc.assert(
      fc.property(start, ({ snapshot, limitC, direction, allowOff }) => {
        const decision = commandFor(intent(limitC, direction), snapshot, allowOff);
        if (decision.kind === 'refuse') return;
        expect(roundTrip(snapshot, intent(limitC, direction), allowOff).after).toEqual({ kind: 'restored' });
      }),
    );
  });
});

describe('heaterStateOf', () => {
  const wire = { mode: 'manual', targetTemperature: 21, temperatureUnits: 'C', online: true };
  it.each([
    ['mode', { ...wire, mode: undefined }],
    ['targetTemperature and temperatureUnits', { ...wire, targetTemperature: 'warm' }],
    ['targetTemperature and temperatureUnits', { ...wire, temperatureUnits: 'K' }],
  ])('says that %s is missing', (missing, state) => {
    expect(heaterStateOf(stateSchema.parse(state), spec)).toEqual({ missing });
  });

  it('is saved and parsed back as it was, or says what is missing, whatever the answer holds', () => {
    const field = fc.oneof(fc.jsonValue(), fc.constant(undefined));
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...Object.keys(wire), 'power', 'chargeLevel', 'extra'), field),
        (changes) => {
          const parsed = stateSchema.safeParse({ ...wire, ...changes });
          if (!parsed.success) return;
          const state = heaterStateOf(parsed.data, spec);
          if ('missing' in state) return;
          expect(heaterStateSchema.parse(JSON.parse(JSON.stringify(state)))).toEqual(state);
          expect(typeof parsed.data.mode).toBe('string');
          if (!('targetTemperature' in changes) && !('temperatureUnits' in changes))
            expect(state.targetC).toBe(21);
        },
      ),
    );
  });

  it('keeps only what was stated', () => {
    expect(heaterStateOf(stateSchema.parse({ mode: 'auto', online: true }), undefined)).toEqual({
      mode: 'auto',
      online: true,
    });
  });
});
