import type { Clock } from '@warmshift/config';
import {
  assess,
  checkQuietHours,
  dayMs,
  dueAt,
  effectiveLimits,
  evidenceCsv,
  legionellaEvidence,
  legionellaState,
  longestRunHeatingMs,
  maxLegionellaIntervalMs,
  maxRunTries,
  mayTryAgain,
  NotFound,
  quietSpansIn,
  timeZoneFor,
  usualRunSpans,
  type Instant,
  type LegionellaEvidence,
  type LegionellaFacts,
  type LegionellaProfile,
  type LegionellaState,
  type QuietHours,
  type Span,
  type TankToPlan,
} from '@warmshift/domain';
import type { Logger } from '@warmshift/observability';
import { vendorModule } from '@warmshift/vendors';
import type { StatusService } from '../status.service';
import { legionellaFactsOf, profileOf } from './legionella-facts';
import type { LegionellaRepository, TankRow } from './legionella.repository';

/** Why no run of ours is planned for a tank: a status code, or `RUNS_FAILED`. */
export interface RunObstacle {
  readonly code: string;
  readonly reason: string;
}

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
  /** A run is planned, with a live action behind it. */
  readonly planned?: Span | undefined;
  /** Why none is. */
  readonly obstacle?: RunObstacle | undefined;
}

export interface LegionellaReport {
  readonly deviceId: string;
  readonly deviceName: string;
  readonly zoneId: string;
  readonly enrolledAt: Instant;
  readonly state: LegionellaState;
  readonly lastCompletedAt?: Instant | undefined;
  readonly dueAt: Instant;
  readonly runningSince?: Instant | undefined;
  readonly planned?: (Span & { readonly actionId: string }) | undefined;
  /** Why no run is planned for a tank that is overdue. */
  readonly obstacle?: RunObstacle | undefined;
  readonly profile: LegionellaProfile;
  readonly marginMs: number;
  /** Of the last year. */
  readonly evidence: LegionellaEvidence;
}

/** A gauge of the metrics registry. */
export interface OverdueGauge {
  set(value: number): void;
}

/** Runs that are due within so long are planned. */
export const runHorizonMs = 2 * dayMs;
const yearMs = 365 * dayMs;
/** So many tanks are named in one log line. */
const namedInLog = 20;

interface LegionellaServiceOptions {
  readonly tanks: LegionellaRepository;
  readonly statuses: Pick<StatusService, 'contexts'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly overdueGauge?: OverdueGauge | undefined;
}

/** The legionella calendar: which tanks want a run, which are overdue and why, and what happened. It steers nothing. */
export class LegionellaService {
  constructor(private readonly options: LegionellaServiceOptions) {}

  /** Takes away plans that nothing stands behind any more. @returns zones whose status is to be recomputed. */
  clearPassed(): Promise<string[]> {
    return this.options.tanks.clearPassed(this.options.clock.now());
  }

  /** Tanks due within the horizon whose vendor can heat them and for which trying makes sense. */
  async tanksToPlan(): Promise<TankToPlan[]> {
    const { tanks, clock } = this.options;
    const now = clock.now();
    const rows = (await tanks.tanks(now, now + runHorizonMs)).filter(
      (row) => vendorHeatsTanks(row) && !gaveUp(row, now),
    );
    if (rows.length === 0) return [];
    const wanted = await tanks.wanted(now, now + runHorizonMs + dayMs);
    return rows.map((row) => tankToPlan(row, wanted.get(row.supplierId) ?? [], now));
  }

  /** Tanks that are overdue, longest first; all suppliers' without one. */
  async overdue(supplierId?: string): Promise<OverdueTank[]> {
    const { tanks, clock } = this.options;
    const now = clock.now();
    const rows = await tanks.tanks(now, now, supplierId);
    const overdue = rows.filter((row) => legionellaState(legionellaFactsOf(row), now) === 'overdue');
    const obstacles = await this.obstacles(overdue, now);
    return overdue
      .map((row) => {
        const facts = legionellaFactsOf(row);
        const { zoneId, deviceId, deviceName, vendor } = row;
        return {
          zoneId,
          deviceId,
          supplierId: row.supplierId,
          deviceName,
          vendor,
          dueAt: dueAt(facts),
          lastCompletedAt: facts.lastCompletedAt,
          planned: facts.planned,
          obstacle: obstacles.get(zoneId),
        };
      })
      .sort((a, b) => a.dueAt - b.dueAt || (a.zoneId < b.zoneId ? -1 : 1));
  }

  /**
   * Says in the log and in the metrics which tanks are overdue, and which will be soon and have no way to a run: neither the machine's
   * timetable nor we can make one. @returns how many are overdue.
   */
  async alert(): Promise<number> {
    const { clock, logger, overdueGauge } = this.options;
    const overdue = await this.overdue();
    overdueGauge?.set(overdue.length);
    if (overdue.length > 0) {
      logger.warn(
        {
          tanks: overdue.length,
          withoutPlan: overdue.filter(({ planned }) => planned === undefined).length,
          obstacles: countedCodes(overdue.map(({ obstacle }) => obstacle)),
          longest: overdue
            .slice(0, namedInLog)
            .map(({ deviceId, dueAt: due }) => ({ deviceId, dueAt: new Date(due).toISOString() })),
        },
        'legionella.overdue',
      );
    }
    await this.alertOfTanksWithoutWay(clock.now());
    return overdue.length;
  }

  private async alertOfTanksWithoutWay(now: Instant): Promise<void> {
    const rows = (await this.options.tanks.tanks(now, now + runHorizonMs)).filter((row) => {
      const facts = legionellaFactsOf(row);
      const due = dueAt(facts);
      if (facts.runningSince !== undefined || facts.planned !== undefined) return false;
      if (due <= now || due > now + runHorizonMs) return false;
      return usualRunSpans(facts, { startsAt: now, endsAt: due }).length === 0;
    });
    const obstacles = await this.obstacles(rows, now);
    const stuck = rows.filter(({ zoneId }) => obstacles.has(zoneId));
    if (stuck.length === 0) return;
    this.options.logger.warn(
      {
        tanks: stuck.length,
        obstacles: countedCodes(stuck.map(({ zoneId }) => obstacles.get(zoneId))),
        devices: stuck.slice(0, namedInLog).map(({ deviceId }) => deviceId),
      },
      'legionella.due-without-run',
    );
  }

  /**
   * What is known of the disinfection of a device's tank, with the evidence of the last year.
   * @throws NotFound when the supplier has no such device, or it has no tank.
   */
  async report(supplierId: string, deviceId: string): Promise<LegionellaReport> {
    const { tanks, clock } = this.options;
    const now = clock.now();
    const row = await tanks.tankOf(supplierId, deviceId, now);
    if (!row) throw new NotFound('tank of device', deviceId);
    const from = now - yearMs;
    const runs = await tanks.runs(row.zoneId, from - maxLegionellaIntervalMs);
    const facts = legionellaFactsOf(row);
    const { intervalMs, marginMs, lastCompletedAt, runningSince, planned } = facts;
    const { zoneId, deviceName, enrolledAt, plannedActionId } = row;
    const state = legionellaState(facts, now);
    const obstacles = state === 'overdue' ? await this.obstacles([row], now) : undefined;
    return {
      deviceId,
      deviceName,
      zoneId,
      enrolledAt,
      state,
      lastCompletedAt,
      dueAt: dueAt(facts),
      runningSince,
      planned: planned && plannedActionId !== null ? { ...planned, actionId: plannedActionId } : undefined,
      obstacle: obstacles?.get(zoneId),
      profile: profileOf(row),
      marginMs,
      evidence: legionellaEvidence({ runs, intervalMs, enrolledAt, from, to: now }),
    };
  }

  /** The evidence of the last year as CSV. */
  async evidenceCsv(supplierId: string, deviceId: string): Promise<string> {
    return evidenceCsv(deviceId, (await this.report(supplierId, deviceId)).evidence);
  }

  /** Per zone without a planned run: what would keep one from beginning now. A zone that waits only to be planned is left out. */
  private async obstacles(rows: readonly TankRow[], now: Instant): Promise<Map<string, RunObstacle>> {
    const open = rows.filter((row) => row.plannedStartsAt === null);
    const contexts = await this.options.statuses.contexts(
      open.map(({ zoneId }) => zoneId),
      now,
    );
    const factsByZone = new Map(contexts.map(({ zoneId, facts }) => [zoneId, facts]));
    const obstacles = new Map<string, RunObstacle>();
    for (const row of open) {
      const facts = factsByZone.get(row.zoneId);
      if (!facts) continue;
      if (!vendorHeatsTanks(row)) obstacles.set(row.zoneId, noVendorControl);
      else if (gaveUp(row, now)) obstacles.set(row.zoneId, runsFailed);
      else {
        const span = { startsAt: now, endsAt: now + longestRunHeatingMs(facts) };
        const asked = assess(facts, now, { direction: 'increase', purpose: 'disinfection', span });
        if (!asked.canActivate) obstacles.set(row.zoneId, { code: asked.code, reason: asked.reason });
      }
    }
    return obstacles;
  }
}

const noVendorControl: RunObstacle = {
  code: 'NO_VENDOR_CONTROL',
  reason: "The vendor's interface gives no way to heat a tank.",
};
const runsFailed: RunObstacle = {
  code: 'RUNS_FAILED',
  reason: `${maxRunTries} runs of ours heated the tank within one interval, and none was seen to disinfect it.`,
};

function vendorHeatsTanks({ vendor }: TankRow): boolean {
  const { steers, zones } = vendorModule(vendor).manifest;
  return steers.includes('increase') && zones.includes('DHW');
}

function gaveUp(row: TankRow, now: Instant): boolean {
  return !mayTryAgain(row.tries ?? [], legionellaFactsOf(row), now);
}

function countedCodes(obstacles: readonly (RunObstacle | undefined)[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const obstacle of obstacles) if (obstacle) counts[obstacle.code] = (counts[obstacle.code] ?? 0) + 1;
  return counts;
}

function tankToPlan(row: TankRow, wanted: readonly Span[], now: Instant): TankToPlan {
  const timeZone = timeZoneFor({
    siteTimeZone: row.siteTimeZone ?? undefined,
    country: row.country ?? undefined,
  });
  const window = { startsAt: now, endsAt: now + 2 * runHorizonMs + dayMs };
  const quietHours = checkQuietHours(row.quietHours).length === 0 ? (row.quietHours as QuietHours[]) : [];
  const { restMs } = effectiveLimits(row.supplierRules, row.deviceRules);
  const facts: LegionellaFacts = legionellaFactsOf(row);
  return {
    zoneId: row.zoneId,
    facts,
    timeZone,
    // A run right after another action would have to wait for the zone's rest.
    blocked: [
      ...quietSpansIn(quietHours, window, timeZone),
      ...spansOf(row.actions).map(({ startsAt, endsAt }) => ({ startsAt, endsAt: endsAt + restMs })),
    ],
    wanted,
    soon: (row.tries ?? []).length > 0,
  };
}

function spansOf(pairs: readonly (readonly [number, number])[] | null): Span[] {
  return (pairs ?? []).map(([startsAt, endsAt]) => ({ startsAt, endsAt }));
}
