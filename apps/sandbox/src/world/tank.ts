/** A hot-water tank as one mixed volume. */
export interface TankParams {
  readonly litres: number;
  readonly lossWPerK: number;
}

const waterWhPerLitreK = 1.163;
const cellarC = 18;
const coldWaterC = 12;
/** Below this a draw-off can no longer be mixed to the wanted temperature and takes less energy. */
const mixedC = 40;

export function tankCapacityWhPerK(tank: TankParams): number {
  return tank.litres * waterWhPerLitreK;
}

export function tankLossW(tank: TankParams, tankC: number): number {
  return tank.lossWPerK * (tankC - cellarC);
}

/** Tank temperature after `dtS` seconds of heating with `heatW` and drawing `drawW`. */
export function stepTank(tank: TankParams, tankC: number, heatW: number, drawW: number, dtS: number): number {
  const drawnW = drawW * Math.max(0, Math.min(1, (tankC - coldWaterC) / (mixedC - coldWaterC)));
  const netW = heatW - tankLossW(tank, tankC) - drawnW;
  return tankC + ((netW / tankCapacityWhPerK(tank)) * dtS) / 3600;
}
