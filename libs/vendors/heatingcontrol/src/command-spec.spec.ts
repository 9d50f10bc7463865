import commandsReference from '../fixtures/commands-reference.json';
import { commandUnit, limitsInCelsius, setModeSpecOf } from './command-spec';
import { commandsSchema } from './wire';

const temperature = { type: 'number', required: true, constraints: { min: 5, max: 35, step: 0.5 } };
const specOf = (commands: unknown) => setModeSpecOf(commandsSchema.parse(commands));
const withMode = (mode: unknown) => specOf({ setMode: { params: { mode, temperature } } });

describe('setModeSpecOf', () => {
  it('reads the constraints the document prints', () => {
    const printed = commandsReference.property1.params.property1;
    expect(specOf({ setMode: { params: { mode: { type: 'enum' }, temperature: printed } } })).toEqual({
      key: 'setMode',
      modes: ['auto', 'manual', 'off'],
      temperatureParam: 'temperature',
      min: 5,
      max: 35,
      step: 0.5,
    });
  });

  it.each([
    ['constraints.enum', { constraints: { enum: ['auto', 'eco'] } }],
    ['constraints.options', { constraints: { options: ['auto', 'eco'] } }],
    ['constraints.values', { constraints: { values: ['auto', 'eco'] } }],
    ['constraints.allowed', { constraints: { allowed: ['auto', 'eco'] } }],
    ['options', { options: [{ value: 'auto', label: 'Auto' }, { value: 'eco' }] }],
    ['enum', { enum: ['auto', 'eco'] }],
  ])('C9: finds the modes in %s', (_name, mode) => {
    expect(withMode({ type: 'enum', ...mode })?.modes).toEqual(['auto', 'eco']);
  });

  it.each([[{ type: 'enum' }], [{ constraints: { enum: [] } }], [{ constraints: { enum: 7 } }], ['text']])(
    'C9: takes the documented modes where %p lists none',
    (mode) => expect(withMode(mode)?.modes).toEqual(['auto', 'manual', 'off']),
  );

  it('C10: reads commands that come as an array', () => {
    const commands = [
      { key: 'setMode', params: { mode: { type: 'enum' }, temperature } },
      { key: 'other' },
      'x',
    ];
    expect(specOf(commands)).toMatchObject({ key: 'setMode', max: 35 });
  });

  it.each([
    ['there is none', {}],
    ['it has no parameters', { setMode: {} }],
    ['it takes no mode', { setMode: { params: { temperature } } }],
    ['only other commands are', commandsReference],
  ])('says that it is not offered when %s', (_name, commands) => expect(specOf(commands)).toBeUndefined());

  it.each([[{ min: 'low', step: 0 }], [{ step: -1 }], [{}]])(
    'makes no statement of unusable constraints %p',
    (constraints) => {
      const spec = specOf({ setMode: { params: { mode: {}, temperature: { constraints } } } });
      expect(spec).toMatchObject({ step: 0.5 });
      expect([spec?.min, spec?.max]).toEqual([undefined, undefined]);
    },
  );
});

describe('commandUnit', () => {
  it.each([
    ['C', 35, 'C'],
    ['F', 35, 'C'],
    ['F', 45, 'C'],
    ['F', 95, 'F'],
    ['F', undefined, 'F'],
  ] as const)('C8: with a state in °%s and a maximum of %p is °%s', (stateUnit, max, expected) => {
    expect(commandUnit({ max }, stateUnit)).toBe(expected);
  });

  it('states no step in °C for a grid of °F', () => {
    const spec = { key: 'setMode', modes: [], min: 41, max: 95, step: 1 };
    expect(limitsInCelsius(spec, 'F')).toEqual({ minC: 5, maxC: 35, stepC: undefined });
  });
});
