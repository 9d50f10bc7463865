/** A room or house as one thermal mass behind one resistance. */
export interface RoomParams {
  /** Heat loss per kelvin to the outside, W/K. */
  readonly uaWPerK: number;
  /** Time constant, hours. */
  readonly tauH: number;
  /** People, sun and appliances, W. */
  readonly freeGainW: number;
}

/** Heat needed to stay at `roomC`, W; never negative. */
export function roomLoadW(room: RoomParams, roomC: number, outdoorC: number): number {
  return Math.max(0, room.uaWPerK * (roomC - outdoorC) - room.freeGainW);
}

/** K per hour the room drifts at `roomC` with `heatW` of heating; negative: it cools. */
export function roomDriftKPerH(room: RoomParams, roomC: number, outdoorC: number, heatW: number): number {
  const netW = room.freeGainW + heatW - room.uaWPerK * (roomC - outdoorC);
  return netW / (room.uaWPerK * room.tauH);
}

/** Room temperature after `dtS` seconds: the exact solution for constant inputs. */
export function stepRoom(
  room: RoomParams,
  roomC: number,
  outdoorC: number,
  heatW: number,
  dtS: number,
): number {
  const equilibriumC = outdoorC + (room.freeGainW + heatW) / room.uaWPerK;
  return equilibriumC + (roomC - equilibriumC) * Math.exp(-dtS / (3600 * room.tauH));
}
