import type { Instant, ZoneKind } from '@warmshift/domain';
import { PowerRecord } from './power-record';

/** A stretch in which the steered home was below a limit and its twin was not. */
export interface ComfortBreach {
  readonly zone: ZoneKind;
  readonly rule: ComfortRule;
  readonly startsAt: Instant;
  endsAt: Instant;
  lowestC: number;
  /** The twin's temperature at that moment, °C. */
  twinC: number;
}

export type ComfortRule = 'room-floor' | 'room-below-setpoint' | 'tank-floor';

/** A stretch in which the device did not do what its customer set. `endsAt` is absent while it lasts. */
export interface SteeredSpan {
  readonly startsAt: Instant;
  readonly startedRealAt: number;
  endsAt?: Instant | undefined;
  endedRealAt?: number | undefined;
}

interface StartsOfDay {
  steered: number;
  twin: number;
}

export const comfortFloors = { roomC: 17, belowSetpointK: 3.2, tankC: 40 } as const;
/** Two thermostats out of step differ by so much without anybody having steered. */
const ownBandK = 0.5;

/** What really happened in one home and its twin, straight from the physics. */
export class DeviceRecords {
  readonly power = new PowerRecord();
  readonly breaches: ComfortBreach[] = [];
  readonly disinfections = { steered: [] as Instant[], twin: [] as Instant[], skipped: [] as Instant[] };
  readonly steeredSpans: SteeredSpan[] = [];
  /** Minutes below any comfort limit, since the start. */
  readonly minutesBelow = { steered: 0, twin: 0 };
  private readonly starts = new Map<number, StartsOfDay>();
  private readonly open = new Map<ComfortRule, ComfortBreach>();
  private day: StartsOfDay | undefined;
  private dayIndex = Number.NaN;

  countStarts(dayIndex: number, steered: boolean, twin: boolean): void {
    if (!steered && !twin) return;
    if (dayIndex !== this.dayIndex || !this.day) {
      this.dayIndex = dayIndex;
      this.day = this.starts.get(dayIndex) ?? { steered: 0, twin: 0 };
      this.starts.set(dayIndex, this.day);
    }
    if (steered) this.day.steered += 1;
    if (twin) this.day.twin += 1;
  }

  startsOn(dayIndex: number): Readonly<StartsOfDay> {
    return this.starts.get(dayIndex) ?? { steered: 0, twin: 0 };
  }

  days(): readonly number[] {
    return [...this.starts.keys()];
  }

  /** Compares one temperature of the steered home and its twin with a limit. */
  checkFloor(
    zone: ZoneKind,
    rule: ComfortRule,
    steeredC: number,
    twinC: number,
    limitC: number,
    at: Instant,
    dtS: number,
  ): void {
    const below = steeredC < limitC;
    if (twinC < limitC) this.minutesBelow.twin += dtS / 60;
    const open = this.open.get(rule);
    if (!below && !open) return;
    if (below) this.minutesBelow.steered += dtS / 60;
    if (below && twinC >= limitC && steeredC < twinC - ownBandK) {
      this.extend(open, { zone, rule, startsAt: at, endsAt: at + dtS * 1000, lowestC: steeredC, twinC });
    } else if (open) this.open.delete(rule);
  }

  private extend(open: ComfortBreach | undefined, step: ComfortBreach): void {
    if (!open) {
      this.open.set(step.rule, step);
      this.breaches.push(step);
      return;
    }
    open.endsAt = step.endsAt;
    if (step.lowestC >= open.lowestC) return;
    open.lowestC = step.lowestC;
    open.twinC = step.twinC;
  }

  markSteered(steered: boolean, at: Instant, realAt: number): void {
    const last = this.steeredSpans.at(-1);
    const isOpen = last !== undefined && last.endsAt === undefined;
    if (steered && !isOpen) this.steeredSpans.push({ startsAt: at, startedRealAt: realAt });
    else if (!steered && isOpen) {
      last.endsAt = at;
      last.endedRealAt = realAt;
    }
  }
}
