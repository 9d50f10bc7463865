import {
  effectiveLimits,
  expectedDraw,
  hourMs,
  InvalidInput,
  slotMs,
  type ComfortLimits,
  type Instant,
  type PowerAt,
  type Span,
  type ZoneKind,
} from '@warmshift/domain';
import type { ThermalDevice, ThermalZone } from '@warmshift/fleet-sync';
import type { z } from 'zod';
import { kwOf } from '../http/wire';
import type { forecastSlotSchema } from './thermal-control.dto';

export type Unit = 'kWh' | 'celsius';

const slotsPerHour = hourMs / slotMs;
const longestForecastMs = 72 * hourMs;

/** NOX's way to write an instant: UTC, a space and no zone. */
export function noxTime(instant: Instant): string {
  return new Date(instant).toISOString().slice(0, 19).replace('T', ' ');
}

/** The whole quarters of an hour that a forecast covers. @throws InvalidInput when there is none or too many. */
export function forecastSpan(startsAt: Instant, endsAt: Instant | undefined): Span {
  const from = Math.floor(startsAt / slotMs) * slotMs;
  const until = endsAt ?? from + 24 * hourMs;
  if (until <= startsAt) throw InvalidInput.because('end_time', 'must be after start_time');
  if (until - from > longestForecastMs)
    throw InvalidInput.because('end_time', 'may be 72 hours after start_time at most');
  return { startsAt: from, endsAt: until };
}

/** The newest of what each circuit reported. Facts that nobody stated are absent, never guessed. */
export function currentState({ deviceId, zones }: ThermalDevice, unit: Unit) {
  const measured = zones.flatMap(({ measuredAt }) => (measuredAt === undefined ? [] : [measuredAt]));
  const tank = zoneOf(zones, 'DHW');
  const house = zoneOf(zones, 'room');
  return {
    device_id: deviceId,
    ...(measured.length > 0 && { timestamp: noxTime(Math.min(...measured)) }),
    ...(tank && { tank: stated({ DHW_temperature: tank.temperatureC, ...tankFlows(tank, unit) }) }),
    ...(house && {
      house: stated({
        Space_temperature: inCelsius(unit, house.temperatureC),
        ...houseFlows(house, unit),
      }),
    }),
  };
}

/** One entry per quarter of an hour of `span`. */
export function forecasts(
  device: ThermalDevice,
  powers: ReadonlyMap<string, readonly PowerAt[]>,
  { span, unit }: { readonly span: Span; readonly unit: Unit },
): z.input<typeof forecastSlotSchema>[] {
  const limits = effectiveLimits(device.supplierRules, device.ruleSettings);
  const tank = zoneOf(device.zones, 'DHW');
  const house = zoneOf(device.zones, 'room');
  const slots: z.input<typeof forecastSlotSchema>[] = [];
  for (let startsAt = span.startsAt; startsAt < span.endsAt; startsAt += slotMs) {
    const slot = { startsAt, endsAt: startsAt + slotMs };
    const expected = (zone: ThermalZone) => expectedKw(zone, powers.get(zone.zoneId) ?? [], slot);
    slots.push({
      timestamp: noxTime(startsAt),
      ...(tank && {
        tank: stated({
          ...tankBounds(tank, limits, unit),
          ...tankFlows(tank, unit),
          P_expected: expected(tank),
          tank_activation_limit_temp: tank.activationLimitC,
        }),
      }),
      ...(house && {
        house: stated({
          ...houseBounds(house, limits, unit),
          Y_ideal: inCelsius(unit, house.setpointC),
          ...houseFlows(house, unit),
          P_expected: expected(house),
        }),
      }),
    });
  }
  return slots;
}

function zoneOf(zones: readonly ThermalZone[], kind: ZoneKind): ThermalZone | undefined {
  return zones.find(({ zone }) => zone === kind);
}

function tankFlows(zone: ThermalZone, unit: Unit) {
  return {
    T_loss: inCelsius(unit, perSlot(zone.coolingKPerH)),
    T_gain: level(inCelsius(unit, perSlot(zone.gainKPerH))),
    P_if_activated: level(kwOf(zone.maxPowerW)),
  };
}

function houseFlows(zone: ThermalZone, unit: Unit) {
  const lossK = perSlot(zone.coolingKPerH);
  return {
    T_natural: inCelsius(unit, lossK === undefined ? undefined : 0 - lossK),
    T_heating: level(inCelsius(unit, perSlot(zone.gainKPerH))),
    P_heating: level(kwOf(zone.maxPowerW)),
  };
}

function tankBounds({ minC, maxC }: ThermalZone, limits: ComfortLimits, unit: Unit) {
  return {
    upperbound_Z: inCelsius(unit, Math.min(limits.dhwCeilingC, maxC ?? Infinity)),
    lowerbound_X: inCelsius(unit, Math.max(limits.dhwFloorC, minC ?? -Infinity)),
  };
}

function houseBounds({ minC, maxC, setpointC }: ThermalZone, limits: ComfortLimits, unit: Unit) {
  const { maxDeltaK, roomCeilingC, roomFloorC } = limits;
  const highest = setpointC === undefined ? Infinity : setpointC + maxDeltaK;
  const lowest = setpointC === undefined ? -Infinity : setpointC - maxDeltaK;
  return {
    upperbound_Z: inCelsius(unit, Math.min(roomCeilingC, highest, maxC ?? Infinity)),
    lowerbound_X: inCelsius(unit, Math.max(roomFloorC, lowest, minC ?? -Infinity)),
  };
}

/** Absent where neither readings nor the vendor nor a rating say anything. */
function expectedKw(zone: ThermalZone, recentPowers: readonly PowerAt[], slot: Span): number | undefined {
  const { expectedPowerW, heating, maxPowerW, measuredAt, setpointC, temperatureC } = zone;
  const state = { heating, maxPowerW, setpointC, temperatureC, stateAt: measuredAt };
  const draw = expectedDraw({ ...state, recentPowers, vendorExpectedPowerW: expectedPowerW }, slot);
  return draw.source === 'rating' && maxPowerW === undefined ? undefined : kwOf(draw.meanW);
}

function inCelsius(unit: Unit, value: number | undefined): number | undefined {
  return unit === 'celsius' ? value : undefined;
}

function perSlot(perHour: number | undefined): number | undefined {
  return perHour === undefined ? undefined : Math.round((perHour / slotsPerHour) * 1000) / 1000;
}

function level(value: number | undefined): number[] | undefined {
  return value === undefined ? undefined : [value];
}

function stated<T extends object>(facts: T): T {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as T;
}
