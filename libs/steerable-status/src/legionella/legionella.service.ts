import type { Clock } from '@warmshift/config';
import {
  checkQuietHours,
  dayMs,
  defaultLegionellaMarginMs,
  dueAt,
  evidenceCsv,
  intervalMsFor,
  legionellaEvidence,
  legionellaProfileFor,
  legionellaState,
  maxLegionellaIntervalMs,
  minLegionellaIntervalMs,
  NotFound,
  planRuns,
  quietSpansIn,
  runDurationMsFor,
  timeZoneFor,
  withDeviceDuration,
  type Instant,
  type LegionellaEvidence,
  type LegionellaFacts,
  type QuietHours,
  type Span,
  type TankToPlan,
} from '@warmshift/domain';
import type { Logger } from '@warmshift/observability';
import { vendorModule } from '@warmshift/vendors';
import type { LegionellaRepository, TankRow } from './legionella.repository';

/** A tank for which nothing shows that runs happen. */
export interface OverdueTank {
  readonly zoneId: string;
  readonly deviceId: string;
  readonly supplierId: string;
  readonly deviceName: string;
  readonly vendor: string;
  readonly dueAt: Instant;
  /** Absent: none was ever seen. */
  readonly lastCompletedAt?: Instant | undefined;
  /** A run is planned; absent: the vendor's interface gives us no way, or no time fits. */
  readonly planned?: Span | undefined;
}

export interface EvidenceReport extends LegionellaEvidence {
  readonly deviceId: string;
  readonly deviceName: string;
  readonly zoneId: string;
  readonly enrolledAt: Instant;
}

/** A gauge of the metrics registry. */
export interface OverdueGauge {
  set(value: number): void;
}

const horizonMs = 2 * dayMs;
const yearMs = 365 * dayMs;
/** So many tanks are named in one log line. */
const namedInLog = 20;

/**
 * Keeps the legionella calendar ahead of time: plans runs where they are due, takes passed plans away, says which tanks are
 * overdue, and reports what happened. It steers nothing: a planned run blocks decreases, and an increase campaign that holds it
 * is allowed although a run is due.
 */
export class LegionellaService {
  constructor(
    private readonly options: {
      readonly tanks: LegionellaRepository;
      readonly clock: Clock;
      readonly logger: Logger;
      readonly overdueGauge?: OverdueGauge | undefined;
    },
  ) {}

  /** @returns zones whose plan changed: their status is to be recomputed. */
  async plan(): Promise<{ readonly planned: readonly string[]; readonly cleared: readonly string[] }> {
    const { tanks, clock, logger } = this.options;
    const now = clock.now();
    const cleared = await tanks.clearPassed(now);
    // Due within the horizon: no run since the shortest interval less the horizon; the rest is decided by the domain.
    const rows = await tanks.tanks(now, now - Math.max(0, minLegionellaIntervalMs - horizonMs));
    const wanted = await tanks.wanted(now, now + horizonMs + dayMs);
    const runs = planRuns(
      rows.filter(canIncrease).map((row) => tankToPlan(row, wanted.get(row.supplierId) ?? [], now)),
      now,
      { horizonMs },
    );
    const planned = await tanks.writePlans(runs, now);
    if (planned.length + cleared.length > 0)
      logger.info({ planned: planned.length, cleared: cleared.length }, 'legionella.planned');
    return { planned, cleared };
  }

  /** Tanks that are overdue, longest first; all suppliers' without one. */
  async overdue(supplierId?: string): Promise<OverdueTank[]> {
    const { tanks, clock } = this.options;
    const now = clock.now();
    const rows = await tanks.tanks(now, now - minLegionellaIntervalMs, supplierId);
    return rows
      .map((row) => ({ row, facts: factsOf(row) }))
      .filter(({ facts }) => legionellaState(facts, now) === 'overdue')
      .map(({ row, facts }) => ({
        zoneId: row.zoneId,
        deviceId: row.deviceId,
        supplierId: row.supplierId,
        deviceName: row.deviceName,
        vendor: row.vendor,
        dueAt: dueAt(facts),
        lastCompletedAt: facts.lastCompletedAt,
        planned: facts.planned,
      }))
      .sort((a, b) => a.dueAt - b.dueAt);
  }

  /** Says in the log and in the metrics how many tanks are overdue. @returns how many. */
  async alert(): Promise<number> {
    const overdue = await this.overdue();
    this.options.overdueGauge?.set(overdue.length);
    if (overdue.length > 0) {
      this.options.logger.warn(
        {
          tanks: overdue.length,
          withoutPlan: overdue.filter(({ planned }) => planned === undefined).length,
          longest: overdue
            .slice(0, namedInLog)
            .map(({ deviceId, dueAt: due }) => ({ deviceId, dueAt: new Date(due).toISOString() })),
        },
        'legionella.overdue',
      );
    }
    return overdue.length;
  }

  /**
   * What is known of the disinfection of a device's tank over the last year.
   * @throws NotFound when the supplier has no such device, or it has no tank.
   */
  async evidence(supplierId: string, deviceId: string): Promise<EvidenceReport> {
    const { tanks, clock } = this.options;
    const now = clock.now();
    const row = await tanks.tankOf(supplierId, deviceId, now);
    if (!row) throw new NotFound('tank of device', deviceId);
    const from = now - yearMs;
    const runs = await tanks.runs(row.zoneId, from - maxLegionellaIntervalMs);
    const { intervalMs } = factsOf(row);
    const evidence = legionellaEvidence({ runs, intervalMs, enrolledAt: row.enrolledAt, from, to: now });
    const { zoneId, deviceName, enrolledAt } = row;
    return { deviceId, deviceName, zoneId, enrolledAt, ...evidence };
  }

  /** The same as CSV. */
  async evidenceCsv(supplierId: string, deviceId: string): Promise<string> {
    return evidenceCsv(deviceId, await this.evidence(supplierId, deviceId));
  }
}

function canIncrease(row: TankRow): boolean {
  const { steers, zones } = vendorModule(row.vendor).manifest;
  return row.mayIncrease && steers.includes('increase') && zones.includes('DHW');
}

function factsOf(row: TankRow): LegionellaFacts {
  const profile = withDeviceDuration(
    legionellaProfileFor(row.country ?? undefined),
    row.durationMinutes ?? undefined,
  );
  return {
    intervalMs: intervalMsFor({ frequencyPerWeeks: row.frequencyPerWeeks ?? undefined }),
    runDurationMs: runDurationMsFor(profile),
    marginMs: defaultLegionellaMarginMs,
    enrolledAt: row.enrolledAt,
    lastCompletedAt: row.lastCompletedAt ?? undefined,
    runningSince: row.runningSince ?? undefined,
    recentRuns: spansOf(row.recentRuns),
    planned:
      row.plannedStartsAt !== null && row.plannedEndsAt !== null
        ? { startsAt: row.plannedStartsAt, endsAt: row.plannedEndsAt }
        : undefined,
  };
}

function tankToPlan(row: TankRow, wanted: readonly Span[], now: Instant): TankToPlan {
  const timeZone = timeZoneFor({
    siteTimeZone: row.siteTimeZone ?? undefined,
    country: row.country ?? undefined,
  });
  const window = { startsAt: now, endsAt: now + 2 * horizonMs + dayMs };
  const quietHours = checkQuietHours(row.quietHours).length === 0 ? (row.quietHours as QuietHours[]) : [];
  return {
    zoneId: row.zoneId,
    facts: factsOf(row),
    timeZone,
    blocked: [...quietSpansIn(quietHours, window, timeZone), ...spansOf(row.actions)],
    wanted,
  };
}

function spansOf(pairs: readonly (readonly [number, number])[] | null): Span[] {
  return (pairs ?? []).map(([startsAt, endsAt]) => ({ startsAt, endsAt }));
}
