import {
  assess,
  defaultCompressorLimits,
  defaultComfortLimits,
  hourMs,
  minuteMs,
  weekMs,
  type Instant,
  type ZoneFacts,
} from '@warmshift/domain';
import { best, cpuSeconds, type Bench, type BenchResult } from '../bench';
import { seededRandom } from '../seeded-random';
import { storedStatuses } from './stored-statuses';

const zones = 200_000;
const rounds = 7;
const targetPerSecond = 1_000_000;
const now = Date.parse('2026-01-14T16:00:00Z');

/** One fact in eight zones stands in the way, so that reasons are built too. */
function factsOf(index: number, random: () => number): ZoneFacts {
  const dhw = index % 2 === 0;
  const obstacle = random() < 1 / 8 ? Math.floor(random() * 8) : -1;
  return {
    zone: dhw ? 'DHW' : 'room',
    timeZone: ['Europe/Brussels', 'Europe/Riga', 'Europe/Madrid'][index % 3]!,
    held: false,
    steeringEnabled: obstacle !== 0,
    customerOptOut: obstacle === 1,
    vendorControl: true,
    roleTooLow: false,
    needsReauthentication: false,
    online: obstacle !== 2,
    measuredAt: obstacle === 3 ? now - 2 * hourMs : now - random() * 10 * minuteMs,
    staleAfterMs: 30 * minuteMs,
    vendorSteerable: obstacle === 4 ? false : true,
    overrideQuietUntil: obstacle === 5 ? now + hourMs : undefined,
    legionella: dhw ? legionella(random) : undefined,
    cycles: {
      maxPerDay: 8,
      observedToday: obstacle === 6 ? 8 : Math.floor(random() * 5),
      reservedToday: 0,
      unseenToday: 0,
      ownNeedsReserve: 1,
    },
    compressor: {
      limits: defaultCompressorLimits,
      running: random() < 0.4,
      since: now - (obstacle === 7 ? 2 : 20 + random() * 60) * minuteMs,
      startsLastHour: 1,
    },
    comfort: defaultComfortLimits,
    temperatureC: dhw ? 44 + random() * 8 : 19.5 + random() * 2,
    setpointC: dhw ? 49.5 : 20.5,
    heating: random() < 0.4,
    actionsToday: 0,
    quietHours: [],
  };
}

function legionella(random: () => number): NonNullable<ZoneFacts['legionella']> {
  return {
    intervalMs: weekMs,
    runDurationMs: 2 * hourMs,
    marginMs: 2 * hourMs,
    lastCompletedAt: now - random() * 6 * 24 * hourMs,
    enrolledAt: now - 30 * 24 * hourMs,
  };
}

async function assessAll(facts: readonly ZoneFacts[], instant: Instant): Promise<BenchResult> {
  const seconds: number[] = [];
  let ready = 0;
  for (let round = 0; round < rounds; round += 1) {
    ready = 0;
    seconds.push(
      await cpuSeconds(() => {
        for (const zone of facts) if (assess(zone, instant).canActivate) ready += 1;
      }),
    );
  }
  const perSecond = zones / best(seconds);
  return {
    bench: 'status',
    measured: { 'zones per CPU second': perSecond, 'ready share': ready / zones },
    floor: {},
    ratio: perSecond / targetPerSecond,
    target: '≥ 1 M zones/s on one core',
    met: perSecond >= targetPerSecond,
  };
}

export const statusBench: Bench = {
  name: 'status',
  work: `assess ${zones.toLocaleString('en')} zones; store 100,000 devices' statuses anew from changed readings`,
  async run(say) {
    const random = seededRandom(1);
    const facts = Array.from({ length: zones }, (_, index) => factsOf(index, random));
    return [await assessAll(facts, now), await storedStatuses(say)];
  },
};
