import {
  calendarDayAt,
  checkQuietHours,
  effectiveCompressorLimits,
  effectiveLimits,
  effectiveOwnNeeds,
  hourMs,
  localDayOf,
  minuteOfLocalDay,
  ownNeedsReserve,
  quietSpansAround,
  startsInLastHour,
  timeZoneFor,
  unseenStarts,
  type CompressorFacts,
  type CycleFacts,
  type Instant,
  type LegionellaFacts,
  type Quality,
  type QuietHours,
  type Span,
  type ZoneFacts,
} from '@warmshift/domain';
import { vendorModule } from '@warmshift/vendors';
import type { FactsRow } from './facts-row';
import { legionellaFactsOf } from './legionella/legionella-facts';

/** A zone as the rules and the planner see it. Power in W. */
export interface ZoneContext {
  readonly zoneId: string;
  readonly deviceId: string;
  readonly supplierId: string;
  readonly connectionId: string;
  readonly vendor: string;
  readonly deviceKind: string;
  readonly facts: ZoneFacts;
  readonly power: {
    readonly nowW?: number | undefined;
    readonly quality: Quality;
    readonly maxW?: number | undefined;
    /** Of the vendor's own model. */
    readonly expectedW?: number | undefined;
  };
  /** Other actions that hold this zone now or later. */
  readonly taken: readonly Span[];
}

const holding: ReadonlySet<string> = new Set(['DISPATCHING', 'SENT', 'ACTIVE', 'RESTORING']);
/** Kinds whose starts are a compressor's and worth protecting. */
const withCompressor: ReadonlySet<string> = new Set(['heat_pump']);

/**
 * From one row of the database to the facts of the rules. NULL becomes "no statement". `exceptActionId` is the action
 * being asked for: it does not block itself. Facts "of today" are those of the day on which it would start.
 */
export function zoneContext(
  row: FactsRow,
  now: Instant,
  exceptActionId?: string,
  asksFor: Instant = now,
): ZoneContext {
  const startsAt = Math.max(now, asksFor);
  const timeZone = timeZoneFor({
    siteTimeZone: row.siteTimeZone ?? undefined,
    country: row.country ?? undefined,
  });
  const others = (row.liveActions ?? []).filter(
    (action) => action.actionId !== exceptActionId && action.zoneId === row.zoneId,
  );
  const active = others.find((action) => holding.has(action.state));
  const facts: ZoneFacts = {
    zone: row.zone,
    timeZone,
    held: row.held,
    steeringEnabled: !row.disabled && row.steeringEnabled !== false,
    customerOptOut: row.optedOut,
    vendorControl: row.vendorControl,
    roleTooLow: row.roleTooLow === true,
    needsReauthentication:
      row.connectionStatus === 'NEEDS_REAUTHENTICATION' || row.deviceNeedsReauthentication === true,
    online: onlineOf(row),
    measuredAt: row.measuredAt ?? undefined,
    staleAfterMs: vendorModule(row.vendor).manifest.cadence.staleAfterMs,
    faulty: row.zoneFaulty ?? row.deviceFaulty ?? undefined,
    readOnly: row.readOnly ?? undefined,
    vendorSteerable: vendorSteerableOf(row),
    vendorReason: row.vendorReason ?? undefined,
    learningPeriodEnded: row.learningPeriodEnded ?? undefined,
    activeAction: active && { actionId: active.actionId, direction: active.direction, endsAt: active.endsAt },
    overrideQuietUntil: row.overrideQuietUntil ?? undefined,
    transientMode: row.transientMode === true && !active ? (row.mode ?? 'unknown') : undefined,
    legionella: legionellaOf(row),
    cycles: cyclesOf(row, startsAt, timeZone),
    compressor: compressorOf(row, now),
    comfort: effectiveLimits(row.supplierRules, row.deviceRules),
    temperatureC: row.temperatureC ?? undefined,
    setpointC: row.setpointC ?? undefined,
    minC: row.minC ?? undefined,
    maxC: row.maxC ?? undefined,
    stepC: row.stepC ?? undefined,
    heating: row.heating ?? undefined,
    coolingKPerH: row.coolingKPerH ?? undefined,
    gainKPerH: row.gainKPerH ?? undefined,
    activationLimitC: row.activationLimitC ?? undefined,
    lastActionEndedAt: row.lastActionEndedAt ?? undefined,
    actionsToday: actionsToday(row, startsAt, timeZone),
    quietHours: quietSpansAround(quietHoursOf(row.quietHours), startsAt, timeZone),
  };
  return {
    zoneId: row.zoneId,
    deviceId: row.deviceId,
    supplierId: row.supplierId,
    connectionId: row.connectionId,
    vendor: row.vendor,
    deviceKind: row.deviceKind,
    facts,
    power: {
      nowW: row.powerW ?? undefined,
      quality: row.powerQuality,
      maxW: row.maxPowerW ?? row.ratedPowerW ?? undefined,
      expectedW: row.expectedPowerW ?? undefined,
    },
    taken: others.map(({ startsAt, endsAt }) => ({ startsAt, endsAt })),
  };
}

/** The reading is fresher than the listing and wins; an unreachable connection reaches nobody. */
function onlineOf(row: FactsRow): boolean | undefined {
  if (row.connectionStatus === 'UNAVAILABLE') return false;
  return row.zoneOnline ?? row.deviceOnline ?? undefined;
}

/** What the vendor says of a zone that we steer ourselves ("in an action") is no obstacle of the vendor's. */
function vendorSteerableOf(row: FactsRow): boolean | undefined {
  if (row.steerable === false) return false;
  const ours = (row.liveActions ?? []).some(
    (action) => action.zoneId === row.zoneId && holding.has(action.state),
  );
  return ours ? undefined : (row.vendorCanActivate ?? undefined);
}

function legionellaOf(row: FactsRow): LegionellaFacts | undefined {
  const { enrolledAt } = row;
  return row.zone !== 'DHW' || enrolledAt === null ? undefined : legionellaFactsOf({ ...row, enrolledAt });
}

function cyclesOf(row: FactsRow, startsAt: Instant, timeZone: string): CycleFacts | undefined {
  if (row.maxCyclesPerDay === null) return undefined;
  const day = calendarDayAt(startsAt, timeZone);
  const { localDay } = day;
  const [observedToday, reserved] = row.cycles?.[localDay] ?? [0, 0];
  const needs = effectiveOwnNeeds(row.supplierRules, row.deviceRules);
  const { startsPerDayWithoutHistory, spareStarts, unseenStartsPerDay } = needs;
  return {
    maxPerDay: row.maxCyclesPerDay,
    observedToday,
    reservedToday: reserved,
    unseenToday: unseenStarts(day, row.firstSeenAt, unseenStartsPerDay),
    ownNeedsReserve: ownNeedsReserve(
      recentDays(row, localDay, timeZone),
      minuteOfLocalDay(startsAt, timeZone),
      {
        observedToday,
        startsPerDayWithoutHistory,
        spare: spareStarts,
      },
    ),
  };
}

/** Per complete day with observed starts: their minutes of the local day. */
function recentDays(row: FactsRow, today: string, timeZone: string): number[][] {
  const days = new Map<string, number[]>();
  for (const start of row.recentStarts ?? []) {
    const day = localDayOf(start, timeZone);
    if (day === today) continue;
    const minutes = days.get(day) ?? [];
    minutes.push(minuteOfLocalDay(start, timeZone));
    days.set(day, minutes);
  }
  return [...days.values()];
}

function compressorOf(row: FactsRow, now: Instant): CompressorFacts | undefined {
  if (!withCompressor.has(row.deviceKind)) return undefined;
  return {
    limits: effectiveCompressorLimits(row.supplierRules, row.deviceRules),
    ...sharedCompressor(row),
    startsLastHour: startsInLastHour(
      (row.recentStarts ?? []).filter((at) => at > now - hourMs),
      now,
    ),
  };
}

/**
 * Both zones of a heat pump share one compressor: it runs while either heats, since the first of them began, and rests
 * since the last of them stopped. A zone that says nothing is left out.
 */
function sharedCompressor(row: FactsRow): Pick<CompressorFacts, 'running' | 'since'> {
  const zones = [
    { heating: row.heating, since: row.heatingSince },
    { heating: row.otherZoneHeating, since: row.otherZoneHeatingSince },
  ];
  const running = zones.some(({ heating }) => heating === true);
  const decisive = zones.filter(({ heating }) => heating === running);
  if (decisive.length === 0) return {};
  const since = decisive.flatMap(({ since }) => (since === null ? [] : [since]));
  if (since.length === 0) return { running };
  return { running, since: running ? Math.min(...since) : Math.max(...since) };
}

function actionsToday(row: FactsRow, startsAt: Instant, timeZone: string): number {
  const today = localDayOf(startsAt, timeZone);
  return (row.recentActions ?? []).filter((at) => localDayOf(at, timeZone) === today).length;
}

/** Quiet hours are checked when they are set; what is malformed all the same must not stop the assessment. */
function quietHoursOf(value: unknown): readonly QuietHours[] {
  return checkQuietHours(value).length === 0 ? (value as QuietHours[]) : [];
}
