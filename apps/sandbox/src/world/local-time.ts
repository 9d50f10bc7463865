import { dayMs, hourMs, minuteMs, type Instant, type LocalDay } from '@warmshift/domain';

/** What the wall clock and the calendar say at one instant in one zone. */
export interface LocalMoment {
  /** Local days since 1970-01-01. */
  readonly dayIndex: number;
  /** 0 <= m < 1440, with fractions. */
  readonly minuteOfDay: number;
  /** 0 is Monday. */
  readonly weekday: number;
}

/** UTC offsets of one IANA zone; asked of Intl once per hour of simulated time. */
export class LocalTime {
  private readonly format: Intl.DateTimeFormat;
  private cachedHour = Number.NaN;
  private cachedOffsetMs = 0;

  constructor(readonly timeZone: string) {
    this.format = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
    });
  }

  at(instant: Instant): LocalMoment {
    const local = instant + this.offsetMs(instant);
    const dayIndex = Math.floor(local / dayMs);
    return {
      dayIndex,
      minuteOfDay: (local - dayIndex * dayMs) / minuteMs,
      weekday: (((dayIndex + 3) % 7) + 7) % 7,
    };
  }

  /** The zones used here have offsets of whole hours, so the offset of the hour holds for all of it. */
  private offsetMs(instant: Instant): number {
    const hour = Math.floor(instant / hourMs);
    if (hour === this.cachedHour) return this.cachedOffsetMs;
    const parts = new Map(this.format.formatToParts(hour * hourMs).map((p) => [p.type, Number(p.value)]));
    const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
    const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'));
    this.cachedHour = hour;
    this.cachedOffsetMs = local - hour * hourMs;
    return this.cachedOffsetMs;
  }
}

/** `YYYY-MM-DD` of a day index. */
export function localDayOf(dayIndex: number): LocalDay {
  return new Date(dayIndex * dayMs).toISOString().slice(0, 10);
}
