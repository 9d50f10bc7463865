import type { Instant } from '@warmshift/domain';
import { randomDaySchedule } from './day-schedule';
import { DrawOffs } from './draw-offs';
import type { FleetZones } from './fleet';
import { roomCop } from './heat-pump';
import { HeatPumpDevice, type HeatPumpSettings, type HeatPumpTraits } from './heat-pump-device';
import type { HeatPumpParams } from './heat-pump-types';
import { Random } from './random';
import { tankCapacityWhPerK } from './tank';

const brands = ['nibe', 'daikin', 'vaillant', 'viessmann', 'mitsubishi', 'alpha innotec'] as const;
/** °C outside at which the calibration figures are meant. */
const typicalOutdoorC = 2;
const designOutdoorC = -10;
const typicalRoomC = 20.5;
/** Same as the machine's modulation; with it the share of time it runs is known. */
const runShare = 1 / 1.6;

/**
 * Heat pumps sized after field data: running power median about 1 kW (p90 1.6), starts per day median 6.4 (p25 4.2,
 * p75 8.4), tanks of 150-300 l, hot water median 49.5 °C and about 63 min a day at 1.7 kW (heatpumpmonitor.org, 312 systems).
 */
export function createHeatPumps(
  seed: number,
  count: number,
  zones: FleetZones,
  at: Instant,
): HeatPumpDevice[] {
  return Array.from({ length: count }, (_, index) => createHeatPump(seed, index, zones, at));
}

function createHeatPump(seed: number, index: number, zones: FleetZones, at: Instant): HeatPumpDevice {
  const random = new Random(seed, 'nox', index);
  const country = random.chance(0.04) ? undefined : random.pick(['BE', 'NL'] as const);
  // Where no country is stated nobody can know the local day: such homes keep UTC.
  const timeZone = country === 'BE' ? 'Europe/Brussels' : country === 'NL' ? 'Europe/Amsterdam' : 'UTC';
  const ownStarts = random.logNormal(6.9, 0.6, 1.5, 20);
  const params = sizeHeatPump(random, ownStarts);
  const homeId = `nox-home-${index + 1}`;
  const preferredC = Math.round(random.between(19.5, 21.75) * 2) / 2;
  const dhwTargetC = Math.round(Math.min(54, Math.max(47, random.normal(49.5, 1.5))) * 2) / 2;
  const energyPerDayWh = 4100 * (params.tank.litres / 230) * random.between(0.75, 1.3);
  return new HeatPumpDevice(
    {
      vendor: 'nox',
      vendorDeviceId: random.uuid(),
      kind: 'heat_pump',
      homeId,
      name: `Heat pump ${index + 1}`,
      timeZone,
      zoneIndex: zones.indexOf(timeZone),
      zones: ['DHW', 'room'],
      ratedPowerW: Math.round(Math.max(params.dhwPowerW, params.roomDesignHeatW / roomCop(designOutdoorC))),
      maxCyclesPerDay: cycleLimit(random, ownStarts),
    },
    params,
    { ...traitsOf(random, params), country, dhwTargetC, userId: `user_${index + 1}` },
    settingsOf(random, preferredC),
    new DrawOffs(seed, homeId, energyPerDayWh, 2.1 * tankCapacityWhPerK(params.tank)),
    at,
  );
}

/** House, thermostat and tank that make a machine of drawn power start about `ownStarts` times a day. */
function sizeHeatPump(random: Random, ownStarts: number): HeatPumpParams {
  const powerW = random.logNormal(950, 0.46, 400, 2700);
  const freeGainK = random.between(2, 3.5);
  const heatW = powerW * roomCop(typicalOutdoorC);
  const loadW = heatW * runShare;
  const uaWPerK = loadW / (typicalRoomC - typicalOutdoorC - freeGainK);
  const freeGainW = freeGainK * uaWPerK;
  const tauH = random.between(20, 60);
  const coolingKPerH = loadW / (uaWPerK * tauH);
  const heatingKPerH = (heatW - loadW) / (uaWPerK * tauH);
  const roomStarts = Math.max(1, ownStarts - 0.6);
  const roomBandK = Math.min(1.3, Math.max(0.16, 24 / roomStarts / (1 / coolingKPerH + 1 / heatingKPerH)));
  const designLoadW = uaWPerK * (typicalRoomC - designOutdoorC) - freeGainW;
  const litres = Math.round(random.between(150, 300) / 10) * 10;
  return {
    room: { uaWPerK, tauH, freeGainW },
    tank: { litres, lossWPerK: random.between(1.2, 1.9) },
    roomBandK,
    roomDesignHeatW: 1.3 * designLoadW,
    dhwPowerW: Math.min(3000, 1690 * Math.pow(powerW / 950, 0.4)),
    dhwHysteresisK: random.between(4.5, 6),
    tankMaxC: 65,
    backupElementW: 1500,
    disinfectionHoldMs: random.pick([30, 45, 60]) * 60_000,
  };
}

function cycleLimit(random: Random, ownStarts: number): number {
  if (ownStarts < 4) return random.pick([7, 8, 9]);
  return ownStarts < 5.5 ? random.pick([8, 9, 10]) : 10;
}

function traitsOf(
  random: Random,
  params: HeatPumpParams,
): Omit<HeatPumpTraits, 'country' | 'dhwTargetC' | 'userId'> {
  const frequencyPerWeeks = random.chance(0.85) ? 1 : 2;
  const hasProgramme = random.chance(0.9);
  return {
    brand: random.pick(brands),
    model: `model_${random.pick(['a', 'b', 'c', 'd', 'e', 'f', 'g'])}`,
    legionella: hasProgramme
      ? {
          frequencyPerWeeks,
          capacityKwh: Math.round((tankCapacityWhPerK(params.tank) * 20) / 100) / 10,
          durationMinutes: params.disinfectionHoldMs / 60_000,
        }
      : undefined,
    programmeMinutes: hasProgramme ? programmeMinutes(random, frequencyPerWeeks) : [],
    daySchedule: randomDaySchedule(random, 0.3, 1),
    needsReauthentication: random.chance(0.02),
    learningPeriodEnded: !random.chance(0.03),
  };
}

/** Once or twice a week at evenly spaced times, at night or around noon as installers set it. */
function programmeMinutes(random: Random, perWeek: number): readonly number[] {
  const week = 7 * 1440;
  const dayMinute = random.chance(0.7) ? random.whole(0, 4 * 60) : random.whole(10 * 60, 13 * 60);
  const first = random.whole(0, 6) * 1440 + dayMinute;
  return perWeek === 2 ? [first, (first + 3 * 1440 + 720) % week] : [first];
}

function settingsOf(random: Random, preferredC: number): HeatPumpSettings {
  const flexTrading = !random.chance(0.05);
  return {
    room: {
      temperature_lower_bound: random.pick([1.5, 2, 2]),
      temperature_upper_bound: random.pick([1, 1.5, 2]),
      preferred_temperature: preferredC,
      schedule_enabled: true,
      temperature_control_mode: 'heating',
    },
    dhw: {
      temperature_lower_bound: random.pick([40, 42, 45]),
      temperature_upper_bound: random.pick([58, 60, 62]),
    },
    optimization_settings: {
      pv_self_consumption: false,
      dynamic_tariff: !flexTrading,
      flex_trading: flexTrading,
    },
  };
}
