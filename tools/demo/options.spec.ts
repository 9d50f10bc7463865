import { demoOptions } from './options';

describe('demoOptions', () => {
  it('has a default for everything', () => {
    expect(demoOptions([])).toEqual({
      keep: false,
      scale: 60,
      seed: 1,
      counts: { heatingcontrol: 180, istabai: 20, nox: 40, microclimates: 3 },
    });
  });

  it('takes numbers with a space or an equals sign', () => {
    expect(demoOptions(['--keep', '--scale', '20', '--nox=5'])).toMatchObject({
      keep: true,
      scale: 20,
      counts: { nox: 5 },
    });
  });

  it.each([
    [['--scale', '0'], '--scale takes a whole number from 10 to 120.'],
    [['--nox'], '--nox takes a whole number from 1 to 2000.'],
    [['--nox', 'many'], '--nox takes a whole number from 1 to 2000.'],
    [['--fast'], 'There is no option --fast. See --help.'],
    [['fast'], 'There is no option fast. See --help.'],
  ])('says what is wrong with %j', (args, problem) => {
    expect(demoOptions(args)).toEqual({ problem });
  });
});
