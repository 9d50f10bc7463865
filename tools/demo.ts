import { scaledClock } from '@warmshift/config';
import { demoOptions, help, type DemoOptions } from './demo/options';
import { Evening } from './demo/evening';
import { Operator } from './demo/operator';
import { SandboxTruth } from './demo/sandbox-truth';
import { setStage, type Stage } from './demo/stage';

const out = process.stdout;
const say = (line: string): void => void out.write(`  ${line}\n`);

async function main(): Promise<void> {
  const options = demoOptions(process.argv.slice(2));
  if (options === 'help') return void out.write(`${help}\n`);
  if ('problem' in options) throw new Error(options.problem);

  const startedAt = Date.now();
  out.write(`Warmshift demo: four vendors, one evening in fast motion\n\nStarting\n\n`);
  const interrupted = new Promise<string>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => resolve(`Stopped by ${signal}.`));
  });
  const stage = await setStage(options, say);
  try {
    await perform(stage, options, interrupted, startedAt);
  } catch (error) {
    process.exitCode = 1;
    if (error instanceof Interrupted) return void process.stderr.write(`\n${error.message}\n`);
    process.stderr.write(`\n${(error as Error).message}\nThe logs are in ${stage.logs.keep()}.\n`);
  } finally {
    await stage.stop();
  }
}

/** The user has had enough. */
class Interrupted extends Error {}

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
  const checks = await Promise.race([
    evening.run(),
    interrupted.then((sentence) => Promise.reject(new Interrupted(sentence))),
    stage.broken.then((sentence) => Promise.reject(new Error(sentence))),
  ]);
  const failed = checks.filter(({ holds }) => !holds).length;
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  if (failed === 0) out.write(`\nEvery promise held, in ${seconds} s.\n`);
  else {
    process.exitCode = 1;
    out.write(`\n${failed} of ${checks.length} promises did not hold (${seconds} s). `);
    out.write(`The logs are in ${stage.logs.keep()}.\n`);
  }

  if (!options.keep) {
    if (failed === 0) out.write('To look around: npm run demo -- --keep. For real use: npm start.\n');
    return;
  }
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
