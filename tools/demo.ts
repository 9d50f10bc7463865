import { scaledClock } from '@warmshift/config';
import { demoOptions, help, type DemoOptions } from './demo/options';
import { Evening } from './demo/evening';
import { Operator } from './demo/operator';
import { SandboxTruth } from './demo/sandbox-truth';
import { keptLogs, setStage, type Stage } from './demo/stage';

const out = process.stdout;
const say = (line: string): void => void out.write(`  ${line}\n`);

async function main(): Promise<void> {
  const options = demoOptions(process.argv.slice(2));
  if (options === 'help') return void out.write(`${help}\n`);
  if ('problem' in options) throw new Error(options.problem);

  const startedAt = Date.now();
  out.write(
    `Warmshift demo: four vendors, one evening, ${options.scale} times faster than real time\n\nStarting\n\n`,
  );
  const interrupted = new Promise<string>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => resolve(`Stopped by ${signal}.`));
  });
  const stage = await setStage(options, say);
  try {
    await perform(stage, options, interrupted, startedAt);
  } finally {
    await stage.stop();
    const logs = keptLogs(stage);
    if (logs !== undefined) process.stderr.write(`The logs are in ${logs}.\n`);
  }
}

async function perform(
  stage: Stage,
  options: DemoOptions,
  interrupted: Promise<string>,
  startedAt: number,
): Promise<void> {
  const admin = new Operator(stage.apiUrl, stage.adminKey);
  const { key, prefix } = await admin.newKey('demo operator', 'operator');
  const viewer = await admin.newKey('demo viewer', 'viewer');
  say(
    `Supplier "Demo Energy" with an admin key, an operator key (${prefix}) and a viewer key (${viewer.prefix})`,
  );

  const evening = new Evening({
    admin,
    operator: new Operator(stage.apiUrl, key),
    truth: new SandboxTruth(stage.sandboxUrl),
    clock: scaledClock(stage.clock),
    out,
  });
  const broken = Promise.race([stage.broken, interrupted]).then((sentence) => {
    throw new Error(sentence);
  });
  const checks = await Promise.race([evening.run(), broken]);
  const failed = checks.filter(({ holds }) => !holds).length;
  if (failed > 0) process.exitCode = 1;
  out.write(
    `\n${failed === 0 ? 'Every promise held' : `${failed} of ${checks.length} promises did not hold`}`,
  );
  out.write(`, in ${Math.round((Date.now() - startedAt) / 1000)} s.\n`);

  if (!options.keep) return;
  out.write(`\nStill running, until Ctrl-C:
  API            ${stage.apiUrl} (documentation: ${stage.apiUrl}/docs)
  Sandbox        ${stage.sandboxUrl}/control/health
  Admin key      ${stage.adminKey}
  Operator key   ${key}
  Viewer key     ${viewer.key}
`);
  await Promise.race([interrupted, stage.broken]);
}

main().catch((error: unknown) => {
  process.stderr.write(`\n${(error as Error).message}\n`);
  process.exitCode = 1;
});
