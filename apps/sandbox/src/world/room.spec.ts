import fc from 'fast-check';
import { stepRoom, type RoomParams } from './room';
import { stepTank } from './tank';

const rooms: fc.Arbitrary<RoomParams> = fc.record({
  uaWPerK: fc.double({ min: 10, max: 400, noNaN: true }),
  tauH: fc.double({ min: 5, max: 80, noNaN: true }),
  freeGainW: fc.double({ min: 0, max: 800, noNaN: true }),
});

describe('stepRoom', () => {
  it('never leaves the span between where it was and its heated equilibrium', () => {
    const temperature = fc.double({ min: -20, max: 30, noNaN: true });
    const heat = fc.double({ min: 0, max: 5000, noNaN: true });
    const seconds = fc.integer({ min: 1, max: 86_400 });
    fc.assert(
      fc.property(rooms, temperature, temperature, heat, seconds, (room, roomC, outdoorC, heatW, dtS) => {
        const equilibriumC = outdoorC + (room.freeGainW + heatW) / room.uaWPerK;
        const nextC = stepRoom(room, roomC, outdoorC, heatW, dtS);
        expect(nextC).toBeGreaterThanOrEqual(Math.min(roomC, equilibriumC) - 1e-9);
        expect(nextC).toBeLessThanOrEqual(Math.max(roomC, equilibriumC) + 1e-9);
      }),
    );
  });

  it('is the same in one long step as in many short ones', () => {
    const room = { uaWPerK: 130, tauH: 40, freeGainW: 300 };
    let stepped = 20;
    for (let i = 0; i < 120; i++) stepped = stepRoom(room, stepped, 0, 1000, 30);
    expect(stepped).toBeCloseTo(stepRoom(room, 20, 0, 1000, 3600), 9);
  });

  it('cools to a third of the difference in about one time constant', () => {
    const room = { uaWPerK: 100, tauH: 30, freeGainW: 0 };
    expect(stepRoom(room, 20, 0, 0, 30 * 3600)).toBeCloseTo(20 / Math.E, 6);
  });
});

describe('stepTank', () => {
  it('keeps the energy: heat minus losses minus what was drawn', () => {
    const tank = { litres: 200, lossWPerK: 0 };
    // 1.163 Wh per litre and kelvin: 232.6 Wh warm 200 l by one kelvin.
    expect(stepTank(tank, 45, 2326, 0, 3600)).toBeCloseTo(55, 6);
    expect(stepTank(tank, 55, 0, 2326, 3600)).toBeCloseTo(45, 6);
  });

  it('gives less to a draw when it is too cold to be mixed', () => {
    const tank = { litres: 200, lossWPerK: 0 };
    const fromCold = 26 - stepTank(tank, 26, 0, 2000, 600);
    const fromHot = 50 - stepTank(tank, 50, 0, 2000, 600);
    expect(fromCold).toBeCloseTo(fromHot / 2, 6);
  });
});
