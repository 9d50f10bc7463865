import type { LocalMoment } from './local-time';
import { Random } from './random';

interface DrawOff {
  readonly fromMinute: number;
  readonly toMinute: number;
  readonly powerW: number;
}

const peaks = [
  { centreMinute: 7.2 * 60, spreadMinutes: 50, share: 0.38 },
  { centreMinute: 19.3 * 60, spreadMinutes: 80, share: 0.42 },
  { centreMinute: 13 * 60, spreadMinutes: 190, share: 0.2 },
] as const;

/**
 * Hot water that one household takes: showers in the morning and evening, small draws between. The plan of a day
 * depends on seed, home and day only, so that a steered home and its twin draw the same.
 */
export class DrawOffs {
  private dayIndex = Number.NaN;
  /** Sorted; draws do not overlap. */
  private plan: readonly DrawOff[] = [];
  /** Known to be without a draw: saves looking on every step. */
  private quietFrom = 0;
  private quietTo = 0;

  constructor(
    private readonly seed: number,
    private readonly homeId: string,
    private readonly energyPerDayWh: number,
    private readonly largestWh: number,
  ) {}

  /** W taken from the tank at this moment. */
  powerW({ dayIndex, minuteOfDay }: LocalMoment): number {
    if (dayIndex !== this.dayIndex) {
      this.dayIndex = dayIndex;
      this.plan = this.planDay(dayIndex);
      this.quietFrom = this.quietTo = 0;
    }
    if (minuteOfDay >= this.quietFrom && minuteOfDay < this.quietTo) return 0;
    const running = this.plan.find((draw) => minuteOfDay >= draw.fromMinute && minuteOfDay < draw.toMinute);
    if (running) return running.powerW;
    this.quietFrom = minuteOfDay;
    this.quietTo = this.plan.find((draw) => draw.fromMinute > minuteOfDay)?.fromMinute ?? 1440;
    return 0;
  }

  private planDay(dayIndex: number): readonly DrawOff[] {
    const random = new Random(this.seed, 'draw', this.homeId, dayIndex);
    const ofDayWh = this.energyPerDayWh * random.between(0.75, 1.25);
    const starts: number[] = [];
    const draws: DrawOff[] = [];
    for (const peak of peaks) {
      const wantedWh = ofDayWh * peak.share;
      const count = Math.max(1, Math.ceil(wantedWh / (this.largestWh * 0.8)));
      for (let i = 0; i < count; i++) {
        const centre = random.normal(peak.centreMinute, peak.spreadMinutes);
        const fromMinute = freeMinute(Math.min(1400, Math.max(20, centre)), starts);
        const minutes = random.between(5, 10);
        starts.push(fromMinute);
        const powerW = (Math.min(this.largestWh, wantedWh / count) * 60) / minutes;
        draws.push({ fromMinute, toMinute: fromMinute + minutes, powerW });
      }
    }
    return draws.sort((a, b) => a.fromMinute - b.fromMinute);
  }
}

/** Moves a draw until it is half an hour away from every other: one bathroom. */
function freeMinute(wanted: number, taken: readonly number[]): number {
  for (let shift = 0; shift < 900; shift += 5) {
    for (const minute of [wanted + shift, wanted - shift]) {
      if (minute > 0 && minute < 1425 && taken.every((other) => Math.abs(other - minute) >= 30))
        return minute;
    }
  }
  return wanted;
}
