import { drawAtOutdoor, heatingDegrees } from './heating-degrees';

describe('heatingDegrees', () => {
  it.each([
    [-2, 20],
    [15, 3],
    [15.1, 0],
    [25, 0],
  ])('%d °C are %d', (outdoorC, degrees) => expect(heatingDegrees(outdoorC)).toBe(degrees));
});

describe('drawAtOutdoor', () => {
  it.each<[string, number | undefined, number | undefined, number | undefined]>([
    ['follows the degrees', 8, 3, 1500],
    ['and back', 3, 8, 667],
    ['is nothing when nobody heats', 8, 20, 0],
    ['at most doubles', 14, -10, 2000],
    ['learns nothing of heating from a warm day', 20, 5, undefined],
    ['keeps what a warm day says of another', 20, 22, 1000],
    ['stays where the day’s temperature is unknown', undefined, 5, 1000],
    ['stays where the forecast is unknown', 5, undefined, 1000],
  ])('%s', (_, thenC, nowC, powerW) => {
    const draw = drawAtOutdoor(1000, thenC, nowC);
    expect(draw === undefined ? undefined : Math.round(draw)).toBe(powerW);
  });
});
