import { observe, type StoredZone } from '@warmshift/fleet-sync';
import {
  type CompletedRun,
  dayMs,
  hourMs,
  timeZoneFor,
  type Instant,
  type LocalDay,
  type PowerSample,
  type TemperatureAt,
  type RunTry,
  type Span,
  type ZoneKind,
} from '@warmshift/domain';
import { zoneContext, type FactsRow, type ZoneContext } from '@warmshift/steerable-status';
import type { ListedDevice, ListedSite, ZoneReading } from '@warmshift/vendors/contract';
import type { ReplayAction, SentAction } from './replay-action';

/** One zone as Postgres would hold it. */
export interface ReplayZone {
  readonly stored: StoredZone;
  /** The newest of everything that was ever stated. */
  latest: { -readonly [K in keyof ZoneReading]?: ZoneReading[K] };
  heating?: boolean | undefined;
  heatingSince?: Instant | undefined;
  runObserver: Parameters<typeof observe>[1]['runObserver'];
  runningSince?: Instant | undefined;
  lastCompletedAt?: Instant | undefined;
  /** Of the last four weeks. */
  recentRuns: [Instant, Instant][];
  lastActionEndedAt?: Instant | undefined;
  sentActions: Instant[];
  /** A planned disinfection run, as long as its action is alive or has done its heating. */
  planned?: Span | undefined;
  tries: RunTry[];
  /** Of the last hours, oldest first. */
  powers: PowerSample[];
  temperatures: TemperatureAt[];
}

/** Whose devices are listed, and where they stand, as far as the vendor says it. */
export interface ListedBy {
  readonly vendor: string;
  readonly sites: readonly ListedSite[];
}

export interface ReplayDevice {
  readonly deviceId: string;
  readonly vendor: string;
  readonly siteTimeZone: string | undefined;
  listed: ListedDevice;
  readonly timeZone: string;
  readonly zones: ReadonlyMap<ZoneKind, ReplayZone>;
  starts: Instant[];
  /** Per local day: starts seen, starts promised to actions. */
  readonly ledger: Map<LocalDay, [number, number]>;
  readonly actions: ReplayAction[];
  /** Of sent actions, for explanations. */
  readonly sent: SentAction[];
}

/** How long starts are kept, as the service's facts do. */
const startsKeptMs = 7 * dayMs;
const runsKeptMs = 29 * dayMs;
const seriesKeptMs = 4 * hourMs;
const nox: ListedBy = { vendor: 'nox', sites: [] };

/**
 * The fleet in memory in place of Postgres. What readings mean and what the rules are asked comes from the
 * service's own pure functions (`observe`, `zoneContext`); only storing is done here.
 */
export class MemoryFleet {
  readonly devices = new Map<string, ReplayDevice>();
  startsSeen = 0;
  private readonly zonesById = new Map<string, { device: ReplayDevice; zone: ReplayZone }>();

  /** @param enrolledAt when the fleet was connected: all its devices are listed from the first time on. */
  constructor(
    readonly enrolledAt: Instant,
    private readonly supplierRules: FactsRow['supplierRules'] = {},
  ) {}

  /** Takes what the vendor lists: new devices, and the vendor's newest word on each. */
  take(listed: readonly ListedDevice[], by: ListedBy = nox): void {
    for (const device of listed) {
      const known = this.devices.get(device.vendorDeviceId) ?? this.add(device, by);
      known.listed = device;
      for (const { kind, reading } of device.zones) {
        const zone = known.zones.get(kind);
        if (zone && reading?.vendorStatus)
          zone.latest = { ...zone.latest, vendorStatus: reading.vendorStatus };
      }
    }
  }

  /** Takes the readings of one device as the service's ingest does: what the other zone did is known from before. */
  ingest(
    device: ReplayDevice,
    readings: readonly { readonly kind: ZoneKind; readonly reading: ZoneReading }[],
  ): void {
    const heated = [...device.zones.values()].filter((zone) => zone.heating === true);
    for (const { kind, reading } of readings) {
      const zone = device.zones.get(kind);
      if (zone)
        this.ingestOne(
          device,
          zone,
          reading,
          heated.some((other) => other !== zone),
        );
    }
  }

  private ingestOne(
    device: ReplayDevice,
    zone: ReplayZone,
    reading: ZoneReading,
    otherZoneHeating: boolean,
  ): void {
    const { heating, heatingSince, starts, run, newest } = observe(
      { zone: zone.stored, reading },
      {
        zoneId: zone.stored.zoneId,
        measuredAt: zone.latest.measuredAt ?? null,
        heating: zone.heating ?? null,
        heatingSince: zone.heatingSince ?? null,
        maxPowerW: zone.latest.maxPowerW ?? null,
        temperatureC: zone.latest.temperatureC ?? null,
        coolingKPerH: zone.latest.coolingKPerH ?? null,
        siteTimeZone: device.siteTimeZone ?? null,
        country: device.listed.country ?? null,
        legionellaDurationMinutes: device.listed.legionella?.durationMinutes ?? null,
        runObserver: zone.runObserver,
        otherZoneHeating,
      },
    );
    for (const { startedAt, localDay } of starts) {
      if (noteStart(device, startedAt, localDay)) this.startsSeen += 1;
    }
    if (!newest) return;
    takeStated(zone.latest, reading);
    noteSeries(zone, reading);
    zone.heating = heating;
    zone.heatingSince = heatingSince;
    if (!run) return;
    zone.runObserver = run.observer;
    zone.runningSince = run.runningSince;
    if (run.completed) noteRun(zone, run.completed);
  }

  /** As known at `now`, for an action that would start at `startsAt`. */
  context(
    zoneId: string,
    now: Instant,
    question: { readonly startsAt: Instant; readonly exceptActionId?: string },
  ): ZoneContext {
    const { device, zone } = this.zonesById.get(zoneId)!;
    return zoneContext(this.row(device, zone, now), now, question.exceptActionId, question.startsAt);
  }

  zoneIds(kinds: readonly ZoneKind[]): string[] {
    return [...this.zonesById].filter(([, { zone }]) => kinds.includes(zone.stored.kind)).map(([id]) => id);
  }

  find(zoneId: string): { readonly device: ReplayDevice; readonly zone: ReplayZone } {
    return this.zonesById.get(zoneId)!;
  }

  /** Takes starts from the ledger, unless that would bring the day above `ceiling`. */
  reserve(device: ReplayDevice, day: LocalDay, starts: number, ceiling: number | undefined): boolean {
    const [observed, reserved] = device.ledger.get(day) ?? [0, 0];
    if (ceiling !== undefined && observed + reserved + starts > ceiling) return false;
    device.ledger.set(day, [observed, reserved + starts]);
    return true;
  }

  giveBack(device: ReplayDevice, day: LocalDay, starts: number): void {
    const [observed, reserved] = device.ledger.get(day) ?? [0, 0];
    device.ledger.set(day, [observed, Math.max(0, reserved - starts)]);
  }

  private add(listed: ListedDevice, { sites, vendor }: ListedBy): ReplayDevice {
    const site = sites.find(({ vendorSiteId }) => vendorSiteId === listed.vendorSiteId);
    const deviceId = listed.vendorDeviceId;
    const zones = listed.zones.map(({ kind }): [ZoneKind, ReplayZone] => [
      kind,
      {
        stored: {
          zoneId: `${deviceId}/${kind}`,
          deviceId,
          vendorDeviceId: deviceId,
          deviceKind: listed.kind,
          kind,
        },
        latest: {},
        runObserver: null,
        recentRuns: [],
        sentActions: [],
        tries: [],
        powers: [],
        temperatures: [],
      },
    ]);
    const device: ReplayDevice = {
      deviceId,
      vendor,
      siteTimeZone: site?.timeZone,
      listed,
      timeZone: timeZoneFor({ siteTimeZone: site?.timeZone, country: listed.country ?? site?.country }),
      zones: new Map(zones),
      starts: [],
      ledger: new Map(),
      actions: [],
      sent: [],
    };
    this.devices.set(deviceId, device);
    for (const [, zone] of zones) this.zonesById.set(zone.stored.zoneId, { device, zone });
    return device;
  }

  private row(device: ReplayDevice, zone: ReplayZone, now: Instant): FactsRow {
    const { listed } = device;
    const { latest, stored } = zone;
    const other = [...device.zones.values()].find((candidate) => candidate !== zone);
    device.starts = device.starts.filter((at) => at > now - startsKeptMs);
    return {
      zoneId: stored.zoneId,
      zone: stored.kind,
      deviceId: device.deviceId,
      supplierId: 'replay',
      connectionId: device.vendor,
      vendor: device.vendor,
      deviceKind: listed.kind,
      siteId: null,
      siteTimeZone: device.siteTimeZone ?? null,
      country: listed.country ?? null,
      held: false,
      disabled: false,
      optedOut: false,
      vendorControl: listed.vendorControl,
      steeringEnabled: listed.steeringEnabled ?? null,
      steerable: listed.steerable ?? null,
      roleTooLow: listed.roleTooLow ?? null,
      deviceNeedsReauthentication: listed.needsReauthentication ?? null,
      connectionStatus: 'ACTIVE',
      deviceOnline: listed.online ?? null,
      zoneOnline: latest.online ?? null,
      deviceFaulty: listed.faulty ?? null,
      zoneFaulty: latest.faulty ?? null,
      readOnly: listed.readOnly ?? null,
      learningPeriodEnded: listed.learningPeriodEnded ?? null,
      maxCyclesPerDay: listed.maxCyclesPerDay ?? null,
      firstSeenAt: this.enrolledAt,
      legionellaFrequencyPerWeeks: listed.legionella?.frequencyPerWeeks ?? null,
      legionellaDurationMinutes: listed.legionella?.durationMinutes ?? null,
      supplierRules: this.supplierRules,
      deviceRules: {},
      quietHours: [],
      measuredAt: latest.measuredAt ?? null,
      temperatureC: latest.temperatureC ?? null,
      setpointC: latest.setpointC ?? null,
      minC: latest.minC ?? null,
      maxC: latest.maxC ?? null,
      stepC: latest.stepC ?? null,
      mode: latest.mode ?? null,
      transientMode: latest.transientMode ?? null,
      heating: zone.heating ?? null,
      heatingSince: zone.heatingSince ?? null,
      otherZoneHeating: other?.heating ?? null,
      otherZoneHeatingSince: other?.heatingSince ?? null,
      powerW: latest.powerW ?? null,
      powerQuality: latest.powerQuality ?? 'missing',
      maxPowerW: latest.maxPowerW ?? null,
      ratedPowerW: listed.ratedPowerW ?? null,
      expectedPowerW: latest.expectedPowerW ?? null,
      coolingKPerH: latest.coolingKPerH ?? null,
      gainKPerH: latest.gainKPerH ?? null,
      activationLimitC: latest.activationLimitC ?? null,
      vendorCanActivate: latest.vendorStatus?.canActivate ?? null,
      vendorReason: latest.vendorStatus?.reason ?? null,
      overrideQuietUntil: null,
      lastActionEndedAt: zone.lastActionEndedAt ?? null,
      enrolledAt: stored.kind === 'DHW' ? this.enrolledAt : null,
      lastCompletedAt: zone.lastCompletedAt ?? null,
      runningSince: zone.runningSince ?? null,
      plannedStartsAt: zone.planned?.startsAt ?? null,
      plannedEndsAt: zone.planned?.endsAt ?? null,
      recentRuns: zone.recentRuns,
      cycles: Object.fromEntries(device.ledger),
      recentStarts: device.starts,
      liveActions: device.actions.map(
        ({ actionId, zoneId, direction, state, startsAt, endsAt, cyclesReserved }) => ({
          actionId,
          zoneId,
          zone: this.find(zoneId).zone.stored.kind,
          direction,
          state,
          endRequested: false,
          startsAt,
          endsAt,
          cyclesReserved,
        }),
      ),
      recentActions: zone.sentActions.filter((at) => at > now - 2 * dayMs),
    };
  }
}

function noteStart(device: ReplayDevice, startedAt: Instant, day: LocalDay): boolean {
  if (device.starts.includes(startedAt)) return false;
  device.starts.push(startedAt);
  const [observed, reserved] = device.ledger.get(day) ?? [0, 0];
  device.ledger.set(day, [observed + 1, reserved]);
  if (device.ledger.size > 4) device.ledger.delete([...device.ledger.keys()].sort()[0]!);
  return true;
}

function noteRun(zone: ReplayZone, { startedAt, completedAt }: CompletedRun): void {
  zone.lastCompletedAt = completedAt;
  zone.tries = [];
  const known = zone.recentRuns.find(([from]) => from === startedAt);
  if (known) known[1] = completedAt;
  else zone.recentRuns.push([startedAt, completedAt]);
  zone.recentRuns = zone.recentRuns.filter(([, to]) => to > completedAt - runsKeptMs);
}

function noteSeries(zone: ReplayZone, reading: ZoneReading): void {
  const { measuredAt: at, powerQuality: quality, powerW, temperatureC } = reading;
  if (powerW !== undefined) zone.powers.push({ at, powerW, quality });
  if (temperatureC !== undefined) zone.temperatures.push({ at, temperatureC });
  for (const series of [zone.powers, zone.temperatures])
    while (series.length > 0 && series[0]!.at < at - seriesKeptMs) series.shift();
}

/** Takes over what a reading states; what it leaves out stays as it was. */
function takeStated(latest: Record<string, unknown>, reading: ZoneReading): void {
  for (const [name, value] of Object.entries(reading)) if (value !== undefined) latest[name] = value;
}
