import { attacks, shortAttacks } from './attacks';
import { BadArgument, fleetOf, parseOptions } from './options';

const read = (...args: string[]) => {
  const options = parseOptions(args);
  if (options === 'help') throw new Error('help was not asked for');
  return options;
};

describe('options of npm run chaos', () => {
  it('runs every attack once over 500 devices by default', () => {
    const options = read();
    expect(options.attacks).toEqual(attacks);
    expect(options.seeds).toEqual([1]);
    expect(options.devices).toBe(500);
    expect(options.parallel).toBe(1);
  });

  it('repeats with one seed after the other', () => {
    expect(read('--seed', '7', '--repeat', '3').seeds).toEqual([7, 8, 9]);
  });

  it('has a short form and single attacks', () => {
    expect(read('--short')).toMatchObject({ attacks: shortAttacks, devices: 300 });
    expect(read('--short', '--devices', '500').devices).toBe(500);
    expect(read('--attack', 'redis-down', '--attack', 'clock-off').attacks.map(({ name }) => name)).toEqual([
      'redis-down',
      'clock-off',
    ]);
  });

  it.each([
    [['--attack', 'rain'], '--attack must be one of'],
    [['--repeat', '0'], '--repeat must be a whole number'],
    [['--parallel', '0'], '--parallel must be a whole number'],
    [['--devices', 'many'], '--devices must be a whole number'],
    [['--queue', 'kafka'], '--queue must be redis or postgres'],
    [['--loud'], 'loud'],
  ])('refuses %j and says why', (args, reason) => {
    expect(() => parseOptions(args)).toThrow(BadArgument);
    expect(() => parseOptions(args)).toThrow(reason);
  });

  it('gives every attack a name of its own', () => {
    expect(new Set(attacks.map(({ name }) => name)).size).toBe(attacks.length);
  });

  it('has heaters, rooms and heat pumps in every fleet', () => {
    expect(fleetOf(500)).toEqual({ heatingcontrol: 250, istabai: 50, nox: 125 });
  });
});
