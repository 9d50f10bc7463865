import { minuteMs } from '@warmshift/domain';
import { seededRandom } from '../../bench/seeded-random';
import type { Attack } from './attacks';
import { realPause } from './attacks/attack';
import { connectFleet, openActions, orderCampaign, type Window } from './campaign';
import { collectEvidence } from './collect';
import { graceRealMs, nothingHappened, type Evidence } from './evidence';
import type { Ground } from './ground';
import { Installation } from './installation';
import { invariantNames, judge, recoveryS, steeredDevices, verdictOf, type Findings } from './judge';
import { fleetOf, type ChaosOptions } from './options';
import type { RunResult } from './results';

/** A winter afternoon, shortly before people come home. */
const startsAt = Date.parse('2026-01-14T16:00:00Z');
const windowMs = 30 * minuteMs;
const lookEveryMs = 250;
/** What comes after everything seems over would come by then. Real ms. */
const quietRealMs = 2_000;
const examplesKept = 10;

export interface RunContext {
  readonly ground: Ground;
  readonly options: ChaosOptions;
  readonly logDir: string;
  /** Rejects when somebody wants to stop. */
  readonly interrupted: Promise<never>;
  say(line: string): void;
}

/** One campaign under one attack, on a database, a sandbox and processes of its own. */
export async function runAttack(attack: Attack, seed: number, context: RunContext): Promise<RunResult> {
  const { ground, options, logDir } = context;
  const beganAt = Date.now();
  const random = seededRandom(seedOf(attack.name, seed));
  const skewMs = attack.skewMs?.(random) ?? 0;
  const databaseUrl = await ground.fresh();
  const installation = new Installation({
    databaseUrl,
    redisUrl: ground.redis?.url,
    workers: options.workers,
    scale: options.scale,
    startsAt,
    seed,
    fleet: fleetOf(options.devices),
    logDir,
    skewMs,
  });
  try {
    const evidence = await Promise.race([
      campaignUnderAttack(attack, random, skewMs, installation, context),
      context.interrupted,
    ]);
    return resultOf(attack, seed, { ...context, evidence, beganAt });
  } finally {
    await installation.stop();
    await ground.drop(databaseUrl);
  }
}

async function campaignUnderAttack(
  attack: Attack,
  random: () => number,
  skewMs: number,
  installation: Installation,
  { ground, options, say }: RunContext,
): Promise<Evidence> {
  await installation.start();
  say('the service and the sandbox are up');
  const prepared = await prepareCampaign(attack, installation, say);
  if (!prepared) return nothingHappened(options.devices);
  const { devices, window } = prepared;
  const inS = installation.clock.realMs(window.startsAt - installation.clock.now()) / 1000;
  say(`the campaign is planned, its window begins in ${Math.round(inS)} s`);
  const recoveredRealAt = await attack.perform({ ground, installation, window, random, say });
  await untilGivenBack(installation, window, recoveredRealAt);
  await realPause(quietRealMs);
  return collectEvidence(installation, { devices, window, recoveredRealAt, skewMs });
}

/** @returns undefined when the service or the machine was too slow for it. */
async function prepareCampaign(
  attack: Attack,
  installation: Installation,
  say: RunContext['say'],
): Promise<{ readonly devices: number; readonly window: Window } | undefined> {
  try {
    const devices = await connectFleet(installation, attack.ownPace === true);
    say(`${devices} devices are read`);
    return { devices, window: await orderCampaign(installation, windowMs) };
  } catch (error) {
    say(`no campaign could be prepared: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
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
    const open = await openActions(installation).catch(() => Infinity);
    if (open === 0 && (await sandbox.steeredNow()).length === 0) return;
    await realPause(lookEveryMs);
  }
}

function resultOf(
  attack: Attack,
  seed: number,
  {
    ground,
    options,
    evidence,
    beganAt,
  }: RunContext & { readonly evidence: Evidence; readonly beganAt: number },
): RunResult {
  const findings = judge(evidence);
  const outcomes: Record<string, number> = {};
  for (const { state, code } of evidence.actions) {
    const name = code === undefined ? state : `${state} ${code}`;
    outcomes[name] = (outcomes[name] ?? 0) + 1;
  }
  return {
    attack: attack.name,
    seed,
    queue: ground.redis === undefined ? 'postgres' : 'redis',
    devices: evidence.devices,
    steered: steeredDevices(evidence).size,
    writes: evidence.writes.length,
    outcomes,
    invariants: summaryOf(findings),
    recoveryS: recoveryS(evidence) ?? null,
    wallS: (Date.now() - beganAt) / 1000,
    startedAt: new Date(beganAt).toISOString(),
    scale: options.scale,
    verdict: verdictOf(findings),
  };
}

function summaryOf(findings: Findings): RunResult['invariants'] {
  const entries = invariantNames.map((name) => {
    const { checked, violations } = findings[name];
    return [
      name,
      { checked, broken: violations.length, examples: violations.slice(0, examplesKept) },
    ] as const;
  });
  return Object.fromEntries(entries) as unknown as RunResult['invariants'];
}

/** Another attack with the same seed has other moments. */
function seedOf(name: string, seed: number): number {
  let hash = 2_166_136_261;
  for (const letter of `${name} ${seed}`) hash = Math.imul(hash ^ letter.charCodeAt(0), 16_777_619);
  return hash >>> 0;
}
