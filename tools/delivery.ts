import { writeFileSync } from 'node:fs';
import { scaledClock } from '@warmshift/config';
import { deliveryOptions, help, type DeliveryOptions } from './delivery/options';
import { DeliveryRun } from './delivery/run';
import { percent, type DeliveryResult } from './delivery/verdict';
import { Operator } from './demo/operator';
import { SandboxTruth } from './demo/sandbox-truth';
import { setStage } from './demo/stage';
import { kw, table, wall } from './demo/text';

const out = process.stdout;

async function main(): Promise<void> {
  const options = deliveryOptions(process.argv.slice(2));
  if (options === 'help') return void out.write(`${help}\n`);
  if ('problem' in options) throw new Error(options.problem);
  const interrupted = new Promise<never>((_resolve, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => reject(new Error(`Stopped by ${signal}.`)));
  });
  const stage = await setStage(stageOf(options), (line) => void out.write(`  ${line}\n`));
  try {
    const admin = new Operator(stage.apiUrl, stage.adminKey);
    const truth = new SandboxTruth(stage.sandboxUrl);
    const run = new DeliveryRun({ admin, truth, clock: scaledClock(stage.clock), out }, options);
    const broken = stage.broken.then((sentence) => Promise.reject(new Error(sentence)));
    const result = await Promise.race([run.perform(), interrupted, broken]);
    print(result);
    if (options.json !== undefined)
      writeFileSync(options.json, `${JSON.stringify({ options, ...result }, null, 2)}\n`);
    if (result.checks.some(({ holds }) => !holds)) {
      process.exitCode = 1;
      out.write(`\nThe logs are in ${stage.logs.keep()}.\n`);
    }
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`\n${(error as Error).message}\nThe logs are in ${stage.logs.keep()}.\n`);
  } finally {
    await stage.stop();
  }
}

/** Half of the devices are heaters and rooms, half are heat pumps; a home at Istabai has about three rooms. */
function stageOf({ devices, scale, seed }: DeliveryOptions) {
  const istabai = Math.round(devices * 0.05);
  const heatingcontrol = Math.round(devices * 0.4);
  const nox = devices - heatingcontrol - 3 * istabai;
  return { keep: false, scale, seed, counts: { heatingcontrol, istabai, nox, microclimates: 1 } };
}

function print(result: DeliveryResult): void {
  const rows = result.slots.map(({ startsAt, twinKw, actualKw, askedKw, deliveredKw, off }) => [
    wall(startsAt),
    kw(twinKw),
    kw(actualKw),
    kw(askedKw),
    kw(deliveredKw),
    percent(off),
  ]);
  out.write(
    `\n${table(['slot', 'without steering kW', 'drawn kW', 'asked kW', 'delivered kW', 'off'], rows)}\n\n`,
  );
  const perSlot = (values: readonly number[]) => values.map(kw).join(' ');
  for (const { vendor, expectedKw, deliveredKw } of result.byVendor)
    out.write(`  ${vendor}, kW: expected ${perSlot(expectedKw)} | delivered ${perSlot(deliveredKw)}\n`);
  out.write('\n');
  for (const { says, holds } of result.checks) out.write(`  ${holds ? '✓' : '✗'} ${says}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`\n${(error as Error).message}\n`);
  process.exitCode = 1;
});
