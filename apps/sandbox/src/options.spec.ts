import { BadArgument, parseCommandLine } from './options';

describe('the command line', () => {
  it('has the demo fleet as its default', () => {
    expect(parseCommandLine([])).toEqual({
      host: '127.0.0.1',
      manualClock: false,
      port: 0,
      seed: 1,
      size: { heatingcontrol: 60, istabai: 10, nox: 60, microclimates: 3 },
      overrideShare: 0,
      warmUpH: 48,
    });
  });

  it('spreads --homes over the vendors, and lets single numbers go before it', () => {
    expect(parseCommandLine(['--homes', '5000', '--istabai', '7'])).toMatchObject({
      size: { nox: 3000, istabai: 7, heatingcontrol: 3750 },
    });
  });

  it('gives help when asked', () => expect(parseCommandLine(['--help'])).toBe('help'));

  it.each([
    [['--port', 'x'], /--port must be a whole number from 0 to 65535, not "x"/],
    [['--port', '70000'], /--port/],
    [['--nox', '1.5'], /--nox must be a whole number/],
    [['--seed', ''], /--seed/],
    [['--overrides', '2'], /--overrides must be a number from 0 to 1/],
    [['--colour', 'red'], /Unknown option '--colour'/],
    [['stray'], /stray/],
  ])('refuses %j in a sentence', (args, message) => {
    expect(() => parseCommandLine(args)).toThrow(BadArgument);
    expect(() => parseCommandLine(args)).toThrow(message);
  });
});
