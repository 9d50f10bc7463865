import { dayMs, hourMs, localDayBounds, type ZoneKind } from '@warmshift/domain';
import type { World } from '../../apps/sandbox/src/world/world';
import type { MemoryFleet } from './memory-fleet';
import type { SentAction } from './replay-action';
import type { ReplayOptions } from './options';
import type { SteerCounts } from './steer';

interface Judgement {
  readonly cycles: {
    readonly deviceDays: number;
    readonly overInTwin: number;
    readonly overThroughSteering: readonly OverDay[];
  };
  readonly comfort: {
    readonly minutesBelowFloorThroughSteering: number;
    readonly devices: readonly ColdHome[];
  };
  readonly legionella: {
    readonly runsCompleted: number;
    readonly gainedThroughSteering: readonly unknown[];
    readonly missedThroughSteering: readonly unknown[];
  };
  readonly steeredNow: readonly unknown[];
}

interface Breach {
  readonly zone: ZoneKind;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly minutes: number;
}

interface ColdHome {
  readonly vendorDeviceId: string;
  readonly minutes: number;
  readonly breaches: readonly Breach[];
}

interface OverDay {
  readonly vendorDeviceId: string;
  readonly localDay: string;
  readonly startsSteered: number;
  readonly startsTwin: number;
  readonly maxCyclesPerDay: number;
}

export interface ReplayFacts {
  readonly options: ReplayOptions;
  /** What the sandbox's judge says. */
  readonly judgement: Record<string, unknown>;
  readonly world: World;
  readonly fleet: MemoryFleet;
  readonly actions: number;
  readonly counts: SteerCounts;
  readonly live: number;
  readonly shiftedWh: number;
  readonly seconds: number;
}

/** Days over the limit on devices that had not been steered for two days: thermostats out of step, either way round. */
interface OutOfStep {
  /** The steered home was over, its twin was not or less. */
  readonly home: number;
  /** The other way round. */
  readonly twin: number;
}

export interface Verdict {
  readonly passed: boolean;
  readonly devicesOverCycles: number;
  readonly overCyclesOutOfStep: OutOfStep;
  readonly missedDisinfections: number;
  readonly minutesBelowComfortFloor: number;
  /** Whatever the reason, since the start. */
  readonly minutesBelowAnyFloor: { readonly home: number; readonly twin: number };
  readonly leftSteered: number;
  readonly kwhShifted: number;
  readonly actionsPlanned: number;
  readonly actions: SteerCounts;
  /** Starts that the ledgers saw by inference, and those that really happened. */
  readonly startsSeen: number;
  readonly startsReal: number;
  readonly deviceDays: number;
  readonly disinfectionsCompleted: number;
  /** Of these, those that the twin did not make. */
  readonly disinfectionsGained: number;
  readonly simulatedDays: number;
  readonly pumps: number;
  readonly seconds: number;
  readonly details: {
    readonly overCycles: readonly unknown[];
    readonly missed: readonly unknown[];
    readonly cold: readonly unknown[];
  };
}

const shown = 20;
/** An action is still to be felt in the house for so long. */
const lingersMs = 48 * hourMs;
/** A tank heats up again within an hour; a house takes some. */
const recoveredMs = 6 * hourMs;
const explainedMs = 96 * hourMs;

export function verdictOf(facts: ReplayFacts): Verdict {
  const { cycles, comfort, legionella } = facts.judgement as unknown as Judgement;
  const steered = (day: OverDay): boolean => sentAround(facts.fleet, day, lingersMs).length > 0;
  const over = cycles.overThroughSteering.filter(steered);
  const twinOver = twinOverDays(facts).filter((day) => !steered(day));
  const devicesOverCycles = new Set(over.map(({ vendorDeviceId }) => vendorDeviceId)).size;
  const missedDisinfections = legionella.missedThroughSteering.length;
  const cold = comfort.devices
    .map((home) => ({
      ...home,
      breaches: home.breaches.filter((breach) => isFelt(facts.fleet, home, breach)),
    }))
    .filter(({ breaches }) => breaches.length > 0);
  const minutesBelowComfortFloor = tenths(
    sumOf(cold.flatMap(({ breaches }) => breaches.map(({ minutes }) => minutes))),
  );
  return {
    passed: devicesOverCycles === 0 && missedDisinfections === 0 && minutesBelowComfortFloor === 0,
    devicesOverCycles,
    overCyclesOutOfStep: { home: cycles.overThroughSteering.length - over.length, twin: twinOver.length },
    missedDisinfections,
    minutesBelowComfortFloor,
    minutesBelowAnyFloor: {
      home: Math.round(sumOf(facts.world.devices.map(({ records }) => records.minutesBelow.steered))),
      twin: Math.round(sumOf(facts.world.devices.map(({ records }) => records.minutesBelow.twin))),
    },
    leftSteered: facts.live,
    kwhShifted: Math.round(facts.shiftedWh / 1000),
    actionsPlanned: facts.actions,
    actions: facts.counts,
    startsSeen: facts.fleet.startsSeen,
    startsReal: realStarts(facts),
    deviceDays: cycles.deviceDays,
    disinfectionsCompleted: legionella.runsCompleted,
    disinfectionsGained: legionella.gainedThroughSteering.length,
    simulatedDays: facts.options.days,
    pumps: facts.options.pumps,
    seconds: Math.round(facts.seconds * 10) / 10,
    details: {
      overCycles: over
        .slice(0, shown)
        .map((day) => ({ ...day, sent: sentAround(facts.fleet, day, explainedMs) })),
      missed: legionella.missedThroughSteering.slice(0, shown),
      cold: cold.slice(0, shown).map((home) => ({ ...home, sent: sentBefore(facts.fleet, home) })),
    },
  };
}

/** The parts of one fleet together. */
export function mergeVerdicts(parts: readonly Verdict[]): Verdict {
  const sum = (of: (part: Verdict) => number): number => parts.reduce((total, part) => total + of(part), 0);
  const skipped: Record<string, number> = {};
  for (const part of parts) {
    for (const [code, count] of Object.entries(part.actions.skipped))
      skipped[code] = (skipped[code] ?? 0) + count;
  }
  return {
    passed: parts.every(({ passed }) => passed) && sum(({ actions }) => actions.sent) > 0,
    devicesOverCycles: sum((part) => part.devicesOverCycles),
    overCyclesOutOfStep: {
      home: sum((part) => part.overCyclesOutOfStep.home),
      twin: sum((part) => part.overCyclesOutOfStep.twin),
    },
    missedDisinfections: sum((part) => part.missedDisinfections),
    minutesBelowComfortFloor: sum((part) => part.minutesBelowComfortFloor),
    minutesBelowAnyFloor: {
      home: sum((part) => part.minutesBelowAnyFloor.home),
      twin: sum((part) => part.minutesBelowAnyFloor.twin),
    },
    leftSteered: sum((part) => part.leftSteered),
    kwhShifted: sum((part) => part.kwhShifted),
    actionsPlanned: sum((part) => part.actionsPlanned),
    actions: {
      sent: sum(({ actions }) => actions.sent),
      seenActive: sum(({ actions }) => actions.seenActive),
      restored: sum(({ actions }) => actions.restored),
      failed: sum(({ actions }) => actions.failed),
      disinfections: sum(({ actions }) => actions.disinfections),
      skipped,
    },
    startsSeen: sum((part) => part.startsSeen),
    startsReal: sum((part) => part.startsReal),
    deviceDays: sum((part) => part.deviceDays),
    disinfectionsCompleted: sum((part) => part.disinfectionsCompleted),
    disinfectionsGained: sum((part) => part.disinfectionsGained),
    simulatedDays: parts[0]?.simulatedDays ?? 0,
    pumps: sum((part) => part.pumps),
    seconds: Math.max(0, ...parts.map(({ seconds }) => seconds)),
    details: {
      overCycles: parts.flatMap(({ details }) => details.overCycles),
      missed: parts.flatMap(({ details }) => details.missed),
      cold: parts.flatMap(({ details }) => details.cold),
    },
  };
}

function realStarts({ world, options }: ReplayFacts): number {
  const firstDay = Math.floor(options.startsAt / dayMs);
  return world.devices.reduce(
    (sum, { records }) =>
      sum +
      records.days().reduce((total, day) => total + (day < firstDay ? 0 : records.startsOn(day).steered), 0),
    0,
  );
}

/** What was sent to the device on that day and so long before it began. */
function sentAround(
  fleet: MemoryFleet,
  { vendorDeviceId, localDay }: OverDay,
  beforeMs: number,
): readonly unknown[] {
  const device = fleet.devices.get(vendorDeviceId);
  if (!device) return [];
  const day = localDayBounds(localDay, device.timeZone);
  return device.sent
    .filter(({ startsAt, endsAt }) => endsAt > day.startsAt - beforeMs && startsAt < day.endsAt)
    .map(shownAction);
}

function shownAction({ startsAt, endsAt, ...rest }: SentAction): object {
  return {
    ...rest,
    from: new Date(startsAt).toISOString().slice(5, 16),
    to: new Date(endsAt).toISOString().slice(11, 16),
  };
}

/** The zone was in an action, or had been a short while before it got cold. */
function isFelt(fleet: MemoryFleet, { vendorDeviceId }: ColdHome, breach: Breach): boolean {
  const [from, to] = [Date.parse(breach.startsAt), Date.parse(breach.endsAt)];
  return (fleet.devices.get(vendorDeviceId)?.sent ?? []).some(
    ({ zone, startsAt, endsAt }) => zone === breach.zone && startsAt < to && endsAt > from - recoveredMs,
  );
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

/** What was sent to a cold home in the two days before its first breach. */
function sentBefore(fleet: MemoryFleet, { vendorDeviceId, breaches }: ColdHome): readonly unknown[] {
  const firstAt = Date.parse(breaches[0]?.startsAt ?? '');
  return (fleet.devices.get(vendorDeviceId)?.sent ?? [])
    .filter(({ startsAt, endsAt }) => startsAt < firstAt && endsAt > firstAt - lingersMs)
    .map(shownAction);
}

/** Days on which the twin was over and the steered home was not, or less. */
function twinOverDays({ world, options }: ReplayFacts): OverDay[] {
  const firstDay = Math.floor(options.startsAt / dayMs);
  return world.devices.flatMap(({ identity, records }) =>
    records
      .days()
      .filter((day) => day >= firstDay)
      .map((day) => ({ day, ...records.startsOn(day) }))
      .filter(({ twin, steered }) => twin > (identity.maxCyclesPerDay ?? Infinity) && twin > steered)
      .map(({ day, twin, steered }) => ({
        vendorDeviceId: identity.vendorDeviceId,
        localDay: new Date(day * dayMs).toISOString().slice(0, 10),
        startsSteered: steered,
        startsTwin: twin,
        maxCyclesPerDay: identity.maxCyclesPerDay ?? 0,
      })),
  );
}
