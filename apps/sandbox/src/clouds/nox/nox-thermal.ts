import { dayMs, slotMs, type Instant } from '@warmshift/domain';
import type { Reply } from '../../http/routes';
import { dhwCop, roomCop, roomOutputW } from '../../world/heat-pump';
import { dhwFailsafeC, type HeatPumpDevice } from '../../world/heat-pump-device';
import { nextQuarter } from '../../world/heat-pump-schedule';
import { roomDriftKPerH } from '../../world/room';
import { tankCapacityWhPerK, tankLossW } from '../../world/tank';
import type { World } from '../../world/world';
import type { CloudContext } from '../cloud-context';
import { energySupplier, parseUtc, rounded, utcSeconds } from './nox-format';
import { ok, unprocessable } from './nox-replies';

const tankLevels = 4;
const houseLevels = 8;
const slotH = 0.25;
const longestForecastMs = 3 * dayMs;

/** `GET …/current-state`: the model at the last quarter hour, in kWh or °C. */
export function currentState(device: HeatPumpDevice, world: World, celsius: boolean): Reply {
  const { at, roomC, tankC } = device.snapshot;
  const flows = flowsAt(device, roomC, tankC, world.weather.outdoorC(at), celsius);
  const stampMs = 5000 + (Number.parseInt(device.identity.vendorDeviceId.slice(0, 2), 16) % 20) * 1000;
  const tank = {
    ...(celsius ? {} : { Y: rounded(tankKwh(device, tankC)) }),
    DHW_temperature: rounded(tankC, 1),
    ...flows.tank,
  };
  const house = celsius
    ? { Space_temperature: rounded(roomC), ...flows.house }
    : { Y: rounded(houseKwh(device, roomC)), ...flows.house };
  return ok({ data: { timestamp: utcSeconds(at + stampMs), tank, house }, meta: metaOf(celsius) });
}

/** `GET …/forecast`: one entry per quarter hour, the machine left to itself. */
export function forecast(
  device: HeatPumpDevice,
  context: CloudContext,
  query: URLSearchParams,
  celsius: boolean,
): Reply {
  const from = timeOf(query.get('start_time'), context.world.now);
  if (from === undefined) return unprocessable(['query', 'start_time'], 'Input should be a valid datetime');
  const to = timeOf(query.get('end_time'), from + dayMs);
  if (to === undefined) return unprocessable(['query', 'end_time'], 'Input should be a valid datetime');
  if (to <= from || to - from > longestForecastMs) {
    return unprocessable(['query', 'end_time'], 'end_time must lie after start_time, three days at most');
  }
  const forecasts: unknown[] = [];
  for (let at = nextQuarter(from); at < to; at += slotMs) {
    forecasts.push(forecastSlot(device, at, context.world.weather.outdoorC(at), celsius));
  }
  const meta = {
    forecast_generation_date: new Date(context.world.now).toISOString().slice(0, 10),
    forecast_generation_date_time_zone: 'UTC',
    ...metaOf(celsius),
  };
  return ok({ data: { device_id: device.identity.vendorDeviceId, forecasts }, meta });
}

function forecastSlot(device: HeatPumpDevice, at: Instant, outdoorC: number, celsius: boolean): unknown {
  const { room, dhw } = device.settings;
  const preferredC = room.preferred_temperature;
  const tankC = device.traits.dhwTargetC - device.params.dhwHysteresisK / 2;
  const flows = flowsAt(device, preferredC, tankC, outdoorC, celsius);
  const ofTank = (c: number): number => (celsius ? rounded(c) : rounded(tankKwh(device, c)));
  const ofHouse = (c: number): number => (celsius ? rounded(c) : rounded(houseKwh(device, c)));
  const limitC = device.activationLimitC;
  return {
    timestamp: utcSeconds(at),
    tank: {
      upperbound_Z: ofTank(dhw.temperature_upper_bound),
      lowerbound_X: ofTank(Math.max(dhwFailsafeC, dhw.temperature_lower_bound)),
      Y_avg: ofTank(tankC),
      ...flows.tank,
      tank_activation_limit: rounded(tankKwh(device, limitC)),
      tank_activation_limit_temp: rounded(limitC, 1),
    },
    house: {
      upperbound_Z: ofHouse(preferredC + room.temperature_upper_bound),
      lowerbound_X: ofHouse(preferredC - room.temperature_lower_bound),
      Y_avg: ofHouse(preferredC),
      Y_ideal: ofHouse(preferredC),
      ...flows.house,
    },
  };
}

interface Flows {
  readonly tank: Record<string, unknown>;
  readonly house: Record<string, unknown>;
}

/** Losses and gains in kW, or in °C per 15 min; powers are always kW. */
function flowsAt(
  device: HeatPumpDevice,
  roomC: number,
  tankC: number,
  outdoorC: number,
  celsius: boolean,
): Flows {
  const { params } = device;
  const letter = celsius ? 'T' : 'Q';
  const tankFlow = (w: number): number =>
    celsius ? rounded((w * slotH) / tankCapacityWhPerK(params.tank), 3) : rounded(w / 1000, 3);
  const houseCapacity = params.room.uaWPerK * params.room.tauH;
  const houseFlow = (w: number): number =>
    celsius ? rounded((w * slotH) / houseCapacity, 4) : rounded(w / 1000, 3);
  const heatW = roomOutputW(params, outdoorC);
  const naturalW = roomDriftKPerH(params.room, roomC, outdoorC, 0) * houseCapacity;
  return {
    tank: {
      [`${letter}_loss`]: tankFlow(tankLossW(params.tank, tankC)),
      [`${letter}_gain`]: levels(tankLevels, tankFlow(params.dhwPowerW * dhwCop(tankC))),
      P_if_activated: levels(tankLevels, rounded(params.dhwPowerW / 1000, 3)),
    },
    house: {
      [`${letter}_natural`]: houseFlow(naturalW),
      [`${letter}_heating`]: levels(houseLevels, houseFlow(heatW)),
      [`${letter}_cooling`]: levels(houseLevels, 0),
      P_heating: levels(houseLevels, rounded(heatW / roomCop(outdoorC) / 1000, 3)),
      P_cooling: levels(houseLevels, 0),
    },
  };
}

/** These machines have one level. */
function levels(count: number, value: number): readonly number[] {
  return Array.from({ length: count }, () => value);
}

/** kWh above 0 °C. */
function tankKwh(device: HeatPumpDevice, tankC: number): number {
  return (tankCapacityWhPerK(device.params.tank) * tankC) / 1000;
}

function houseKwh(device: HeatPumpDevice, roomC: number): number {
  const { uaWPerK, tauH } = device.params.room;
  return (uaWPerK * tauH * roomC) / 1000;
}

function metaOf(celsius: boolean): Record<string, unknown> {
  const flowUnit = celsius ? '°C/15min' : 'kW';
  return {
    timestamp_time_zone: 'UTC',
    temperature_unit: '°C',
    tank_energy_unit: celsius ? '°C' : 'kWh',
    tank_flow_unit: flowUnit,
    tank_power_unit: 'kW',
    house_energy_unit: celsius ? '°C' : 'kWh',
    house_flow_unit: flowUnit,
    house_power_unit: 'kW',
    energy_supplier: energySupplier,
  };
}

function timeOf(text: string | null, otherwise: Instant): Instant | undefined {
  return text === null || text === '' ? otherwise : parseUtc(text);
}
