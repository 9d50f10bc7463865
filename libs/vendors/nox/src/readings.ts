import type { Instant, ZoneKind } from '@warmshift/domain';
import type { PowerCourse, ZoneReading } from '@warmshift/vendors/contract';
import { parseTimestamp } from './timestamps';
import type { WireCurrentState, WireDeviceSettings, WireForecastSlot, WireHouse, WireTank } from './wire';

const quartersPerHour = 4;
/** A time stamp labels the start of its quarter; one that is further ahead than that is none. */
const maxAheadMs = 15 * 60_000;
/** Bounds of a room up to this are offsets from the preferred temperature (the document's example: 1.5 beside 21). */
const largestOffsetK = 10;

/** The thermal model of quarters that follow one another, the present one first. */
export interface ThermalForecast {
  readonly startsAt: Instant;
  readonly slots: readonly WireForecastSlot[];
}

export interface ThermalFacts {
  readonly state: WireCurrentState;
  readonly forecast: ThermalForecast | undefined;
  readonly settings: WireDeviceSettings | undefined;
}

type HouseFlows = Pick<WireHouse, 'P_heating' | 'Q_heating' | 'Q_natural' | 'T_heating' | 'T_natural'>;

export interface ZoneResult {
  readonly kind: ZoneKind;
  readonly reading: ZoneReading;
}

/** When the state was true; `undefined` when it does not say so. Zoneless time stamps are UTC. */
export function measuredAtOf({ timestamp }: WireCurrentState, now: Instant): Instant | undefined {
  const at = parseTimestamp(timestamp);
  return at === undefined || at > now + maxAheadMs ? undefined : Math.min(at, now);
}

/** The readings of the zones that the thermal model has. */
export function readingsOf(facts: ThermalFacts, measuredAt: Instant): ZoneResult[] {
  const { tank, house } = facts.state;
  const zones: ZoneResult[] = [];
  if (tank !== undefined) zones.push({ kind: 'DHW', reading: tankReading(tank, facts, measuredAt) });
  if (house !== undefined) zones.push({ kind: 'room', reading: houseReading(house, facts, measuredAt) });
  return zones;
}

/** The expected power only makes up for the tank's losses; draw-offs are not in the model. */
function tankReading(tank: WireTank, { forecast, settings }: ThermalFacts, measuredAt: Instant): ZoneReading {
  const powersKw = tank.P_if_activated ?? tank.P;
  const lossK = tank.T_loss === undefined ? undefined : Math.abs(tank.T_loss);
  const lossKw = tank.Q_loss === undefined ? undefined : Math.abs(tank.Q_loss);
  const duty = dutyOf(lossK, tank.T_gain) ?? dutyOf(lossKw, tank.Q_gain);
  const { dhw } = settings ?? {};
  const now = forecast?.slots[0]?.tank;
  return {
    measuredAt,
    temperatureC: tank.DHW_temperature,
    ...(ordered(dhw?.temperature_lower_bound, dhw?.temperature_upper_bound) ??
      ordered(now?.lowerbound_X, now?.upperbound_Z)),
    powerQuality: 'missing',
    maxPowerW: maxW(powersKw),
    expectedPowerW: expectedW(duty, powersKw),
    activationLimitC: now?.tank_activation_limit_temp,
    coolingKPerH: lossK === undefined || lossK === 0 ? undefined : lossK * quartersPerHour,
    gainKPerH: perHour(tank.T_gain),
  };
}

function houseReading(
  house: WireHouse,
  { forecast, settings }: ThermalFacts,
  measuredAt: Instant,
): ZoneReading {
  const driftK = house.T_natural;
  const now = forecast?.slots[0]?.house;
  const mode = settings?.room?.temperature_control_mode;
  const heats = mode !== 'off' && mode !== 'cooling';
  return {
    measuredAt,
    temperatureC: house.Space_temperature ?? house.space_temperature,
    setpointC: settings?.room?.preferred_temperature,
    ...(roomBounds(settings) ?? ordered(now?.lowerbound_X, now?.upperbound_Z)),
    mode,
    powerQuality: 'missing',
    maxPowerW: maxW(house.P_heating),
    expectedPowerW: heats ? heatingW(house) : 0,
    expectedCourse: heats && forecast ? courseOf(forecast) : undefined,
    coolingKPerH: driftK !== undefined && driftK < 0 ? -driftK * quartersPerHour : undefined,
    gainKPerH: perHour(house.T_heating),
  };
}

/**
 * As far as every quarter states it. A look at the present quarter alone is no course: it would take the place of one that was stored.
 */
function courseOf({ slots, startsAt }: ThermalForecast): PowerCourse | undefined {
  const powersW: number[] = [];
  for (const { house } of slots) {
    const watts = house && heatingW(house);
    if (watts === undefined) break;
    powersW.push(watts);
  }
  return powersW.length < 2 ? undefined : { startsAt, powersW };
}

/** Mean W with which heating makes up for what the house loses. */
function heatingW({ P_heating, Q_heating, Q_natural, T_heating, T_natural }: HouseFlows): number | undefined {
  const duty = dutyOf(negated(T_natural), T_heating) ?? dutyOf(negated(Q_natural), Q_heating);
  return expectedW(duty, P_heating);
}

/** Share of the time that heating at the first level must run to make up for a loss: 0..1. */
function dutyOf(loss: number | undefined, gains: readonly number[] | undefined): number | undefined {
  const gain = gains?.[0];
  if (loss === undefined || gain === undefined || gain <= 0) return undefined;
  return Math.min(1, Math.max(0, loss / gain));
}

/** K per hour of the first level, from K per quarter; 0 is no statement. */
function perHour(gainsK: readonly number[] | undefined): number | undefined {
  const gainK = gainsK?.[0];
  return gainK === undefined || !(gainK > 0) ? undefined : gainK * quartersPerHour;
}

function expectedW(duty: number | undefined, powersKw: readonly number[] | undefined): number | undefined {
  const powerKw = powersKw?.[0];
  return duty === undefined || powerKw === undefined ? undefined : Math.round(duty * powerKw * 1000);
}

function maxW(powersKw: readonly number[] | undefined): number | undefined {
  return powersKw === undefined ? undefined : Math.round(Math.max(...powersKw) * 1000);
}

function negated(value: number | undefined): number | undefined {
  return value === undefined ? undefined : -value;
}

type Bounds = Pick<ZoneReading, 'minC' | 'maxC'>;

/** Bounds that are the wrong way round (as in one printed example) are no statement. */
function ordered(lowC: number | undefined, highC: number | undefined): Bounds | undefined {
  return lowC !== undefined && highC !== undefined && lowC < highC ? { minC: lowC, maxC: highC } : undefined;
}

function roomBounds(settings: WireDeviceSettings | undefined): Bounds | undefined {
  const {
    preferred_temperature: preferredC,
    temperature_lower_bound: lower,
    temperature_upper_bound: upper,
  } = settings?.room ?? {};
  if (lower === undefined || upper === undefined || lower < 0 || upper < 0) return undefined;
  if (lower > largestOffsetK && upper > largestOffsetK) return ordered(lower, upper);
  if (preferredC === undefined || lower > largestOffsetK || upper > largestOffsetK) return undefined;
  return ordered(preferredC - lower, preferredC + upper);
}
