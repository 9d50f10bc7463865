import { minuteMs } from '@warmshift/domain';
import { seededRandom } from '../../bench/seeded-random';
import type { Attack } from './attacks';
import { realPause } from './attacks/attack';
import { awaitReadings, openActions, orderCampaign, type Window } from './campaign';
import { collectEvidence } from './collect';
import { keepDiary } from './diary';
import { graceRealMs, nothingHappened, type Evidence } from './evidence';
import { Installation } from './installation';
import { judge } from './judge';
import type { Lane } from './lane';
import { fleetOf, type ChaosOptions } from './options';
import { fleetSeedOf, moveInto, type ReadFleet } from './read-fleet';
import { resultOf, type RunResult } from './results';

const defaultWindowMs = 15 * minuteMs;
const lookEveryMs = 250;
/** What comes after everything seems over would come by then. Real ms. */
const quietRealMs = 2_000;

export interface RunContext {
  readonly lane: Lane;
  readonly options: ChaosOptions;
  readonly logDir: string;
  /** Rejects when somebody wants to stop. */
  readonly interrupted: Promise<never>;
  say(line: string): void;
}

/** What came of it, and what kept it from being a whole attack. */
interface Outcome {
  readonly evidence: Evidence;
  readonly trouble?: string;
}

/** One campaign under one attack, on a database, a sandbox and processes of its own. */
export async function runAttack(attack: Attack, seed: number, context: RunContext): Promise<RunResult> {
  const { lane, options } = context;
  const beganAt = Date.now();
  const { evidence, trouble } = await Promise.race([attempt(attack, seed, context), context.interrupted]);
  const queue = lane.ground.redis === undefined ? 'postgres' : 'redis';
  const circumstances = { attack: attack.name, seed, queue, scale: options.scale, beganAt, trouble } as const;
  return resultOf(circumstances, evidence, judge(evidence));
}

/** A run that could not even begin proves nothing; it must not take the others with it. */
async function attempt(attack: Attack, seed: number, context: RunContext): Promise<Outcome> {
  const { lane, options, logDir } = context;
  try {
    const fleet = await lane.fleets.of(fleetSeedOf(seed), logDir);
    return await runOver(fleet, attack, seed, context);
  } catch (error) {
    const trouble = `no campaign could be prepared: ${messageOf(error)}`;
    return { evidence: nothingHappened(options.devices), trouble };
  }
}

async function runOver(
  fleet: ReadFleet,
  attack: Attack,
  seed: number,
  context: RunContext,
): Promise<Outcome> {
  const { lane, options, logDir } = context;
  const random = seededRandom(seedOf(attack.name, seed));
  const skewMs = attack.skewMs?.(random) ?? 0;
  const databaseUrl = await lane.ground.fresh(fleet.databaseUrl);
  const installation = new Installation({
    ...options,
    databaseUrl,
    redisUrl: lane.ground.redis?.url,
    keys: fleet.keys,
    startsAt: lane.startFor(fleet.readAt, options.scale),
    seed: fleet.seed,
    fleet: fleetOf(options.devices),
    logDir,
    skewMs,
  });
  try {
    const sandboxUrl = await installation.startSandbox();
    await moveInto(databaseUrl, { ...fleet, sandboxUrl, ownPace: attack.ownPace === true });
    return await campaignUnderAttack(attack, random, skewMs, installation, context);
  } finally {
    await installation.kill();
    await lane.ground.drop(databaseUrl).catch(() => undefined); // an attack that broke off may have left no server
  }
}

async function campaignUnderAttack(
  attack: Attack,
  random: () => number,
  skewMs: number,
  installation: Installation,
  { lane, options, logDir, say }: RunContext,
): Promise<Outcome> {
  const { clock, sandbox, startsAt } = installation;
  await installation.startService();
  await awaitReadings(installation);
  const orderedAt = clock.now();
  const { windowMs = defaultWindowMs } = attack;
  const window = await orderCampaign(installation, { windowMs, noticeRealMs: lane.noticeRealMs });
  lane.pace = {
    untilOrderedRealMs: clock.realMs(orderedAt - startsAt),
    planningRealMs: clock.realMs(clock.now() - orderedAt),
  };
  const devices = (await sandbox.devices()).length;
  const inS = clock.realMs(window.startsAt - clock.now()) / 1000;
  say(`a campaign over ${devices} devices is planned, its window begins in ${inS.toFixed(1)} s`);
  const scene = { ground: lane.ground, installation, window, random, say };
  const attacked = await perform(() => attack.perform(scene));
  const { recoveredRealAt } = attacked;
  await untilGivenBack(installation, window, recoveredRealAt);
  await realPause(quietRealMs);
  const evidence = await collectEvidence(installation, { devices, window, recoveredRealAt, skewMs });
  if (options.logs !== undefined) await keepDiary(installation, evidence, logDir);
  return { ...attacked, evidence };
}

/** What was steered is judged also when the attack itself broke off. */
async function perform(
  attack: () => Promise<number>,
): Promise<{ readonly recoveredRealAt: number; readonly trouble?: string }> {
  try {
    return { recoveredRealAt: await attack() };
  } catch (error) {
    return { recoveredRealAt: Date.now(), trouble: `the attack broke off: ${messageOf(error)}` };
  }
}

/** Until nothing is open and no home is steered, or time is up. */
async function untilGivenBack(
  installation: Installation,
  window: Window,
  recoveredRealAt: number,
): Promise<void> {
  const { clock, sandbox } = installation;
  await realPause(clock.realMs(window.endsAt - clock.now()));
  const givenUpAt = Math.max(Date.now(), recoveredRealAt) + graceRealMs;
  while (Date.now() < givenUpAt) {
    const open = await openActions(installation, window.endsAt).catch(() => Infinity);
    if (open === 0 && (await sandbox.steeredNow()).length === 0) return;
    await realPause(lookEveryMs);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Another attack with the same seed has other moments. */
function seedOf(name: string, seed: number): number {
  let hash = 2_166_136_261;
  for (const letter of `${name} ${seed}`) hash = Math.imul(hash ^ letter.charCodeAt(0), 16_777_619);
  return hash >>> 0;
}
