import { dayMs, slotMs, type Instant } from '@warmshift/domain';
import type { VendorContext } from '@warmshift/vendors/contract';
import { nox } from '@warmshift/vendors/nox';
import { judge } from '../../apps/sandbox/src/control/judgement';
import { Sandbox } from '../../apps/sandbox/src/sandbox';
import { ordersOf, planLeadMs, planOrder } from './campaigns';
import { MemoryFleet } from './memory-fleet';
import { planDisinfections } from './disinfections';
import { HomeReader } from './read-homes';
import type { ReplayOptions } from './options';
import { ShiftedEnergy } from './shifted-energy';
import { Steer } from './steer';
import { verdictOf, type Verdict } from './verdict';

const minuteMs = 60_000;
/** Quarter-hour states carry a time of up to 25 s after the quarter. */
const readAfterMs = minuteMs;

/** Runs the replay; `onDay` is told of every simulated day that is over. */
export async function runReplay(options: ReplayOptions, onDay: (day: number) => void): Promise<Verdict> {
  const startedAt = performance.now();
  let now = options.startsAt;
  const clock = { now: () => now };
  const size = { heatingcontrol: 0, istabai: 0, nox: options.pumps, microclimates: 0 };
  const sandbox = new Sandbox({ seed: options.seed, size, overrideShare: 0 }, clock);
  const baseUrl = `${await sandbox.listen('127.0.0.1', 0)}/nox`;
  try {
    const adapter = nox.create(contextOf(clock, baseUrl, sandbox.credentials.nox));
    const { steering: times } = nox.manifest;
    if (!adapter.steering || !times) throw new Error('NOX can be steered.');
    const fleet = new MemoryFleet(now);
    const steer = new Steer(fleet, adapter.steering, times);
    const { world, faults } = sandbox;
    const reader = new HomeReader({ seed: options.seed, world, faults, now: () => now }, fleet);
    const shifted = new ShiftedEnergy(world);
    const orders = ordersOf(options.startsAt + options.watchDays * dayMs, options.days);
    const endsAt = options.startsAt + (options.watchDays + options.days) * dayMs;
    const discover = async (): Promise<void> => fleet.take((await adapter.list()).devices);
    let actions = 0;
    const discovery = new Set(
      orders.flatMap((order) => [order.startsAt - planLeadMs, order.startsAt - times.leadMs]),
    );
    await discover();
    reader.readSettings();
    for (; now <= endsAt; now += minuteMs) {
      await turn();
      world.advanceTo(now);
      const sinceStart = now - options.startsAt;
      if (sinceStart % dayMs === 0) {
        reader.readSettings();
        if (sinceStart / dayMs > options.watchDays) onDay(sinceStart / dayMs - options.watchDays);
      }
      if (now % slotMs === readAfterMs) {
        reader.read(now);
        if (now < endsAt - dayMs) actions += await planDisinfections(fleet, orders, times.leadMs, now);
      }
      if (discovery.has(now)) await discover();
      for (const order of orders) {
        if (order.startsAt - planLeadMs === now && order.endsAt < endsAt)
          actions += planOrder(fleet, order, now);
      }
      shifted.note(fleet, now);
      await steer.advance(now);
    }
    const seconds = (performance.now() - startedAt) / 1000;
    const judgement = judge(world, options.startsAt, endsAt);
    return verdictOf({
      options,
      judgement,
      world,
      fleet,
      actions,
      counts: steer.counts,
      live: steer.live,
      shiftedWh: shifted.totalWh,
      seconds,
    });
  } finally {
    await sandbox.close();
  }
}

/** Lets both ends of idle connections notice what the other did: a closed one must not be used again. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The adapter's ports in memory. Nothing is paced: the clock of a replay stands still between two minutes. */
function contextOf(
  clock: { now(): Instant },
  baseUrl: string,
  credentials: Readonly<Record<string, unknown>>,
): VendorContext {
  const memory = new Map<string, string>();
  return {
    connectionId: 'replay',
    baseUrl,
    localHost: true,
    credentials,
    settings: {},
    clock: { now: () => clock.now(), realMs: (virtualMs) => virtualMs },
    pacer: { take: () => Promise.resolve(), backOff: () => Promise.resolve() },
    tokens: { read: () => Promise.resolve(undefined), renew: (_rejected, fetch) => fetch() },
    memory: {
      get: (key) => Promise.resolve(memory.get(key)),
      set: (key, value) => Promise.resolve(void memory.set(key, value)),
    },
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
  };
}
