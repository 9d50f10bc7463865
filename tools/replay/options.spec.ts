import { replayOptions } from './options';

describe('replayOptions', () => {
  it('replays 60 days of 200 heat pumps after three days of watching, unless told otherwise', () => {
    expect(replayOptions([])).toMatchObject({ days: 60, watchDays: 3, pumps: 200, seed: 1, json: false });
    expect(replayOptions(['--days', '5', '--pumps=8', '--json'])).toMatchObject({
      days: 5,
      pumps: 8,
      json: true,
    });
  });

  it.each([
    [['--weeks', '3'], 'There is no option --weeks. See --help.'],
    [['--days'], '--days takes a whole number from 1 to 365.'],
    [['--days', '0'], '--days takes a whole number from 1 to 365.'],
    [['--pumps', 'many'], '--pumps takes a whole number from 1 to 2000.'],
  ])('says what is wrong with %j', (args, problem) => {
    expect(replayOptions(args)).toEqual({ problem });
  });
});
