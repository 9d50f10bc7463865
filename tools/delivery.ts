import { writeFileSync } from 'node:fs';
import { scaledClock } from '@warmshift/config';
import { minuteMs } from '@warmshift/domain';
import { firstDayWords, orderedAt, sizesOf } from './delivery/fleet';
import { deliveryOptions, help, type DeliveryOptions } from './delivery/options';
import { Rehearsal } from './delivery/rehearsal/run';
import { DeliveryRun } from './delivery/run';
import { percent, type DeliveryResult } from './delivery/verdict';
import { Operator } from './demo/operator';
import { SandboxTruth } from './demo/sandbox-truth';
import { setStage } from './demo/stage';
import { table } from '@warmshift/terminal';
import { kw, wall } from './demo/text';

const out = process.stdout;

async function main(): Promise<void> {
  const options = deliveryOptions(process.argv.slice(2));
  if (options === 'help') return void out.write(`${help}\n`);
  if ('problem' in options) throw new Error(options.problem);
  if (options.rehearse) return rehearse(options);
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
    finish(options, result);
    if (process.exitCode === 1) out.write(`\nThe logs are in ${stage.logs.keep()}.\n`);
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`\n${(error as Error).message}\nThe logs are in ${stage.logs.keep()}.\n`);
  } finally {
    await stage.stop();
  }
}

function stageOf({ devices, observeMinutes, scale, seed }: DeliveryOptions) {
  const startsAt = orderedAt - observeMinutes * minuteMs;
  return { keep: false, scale, seed, startsAt, counts: sizesOf(devices) };
}

async function rehearse(options: DeliveryOptions): Promise<void> {
  out.write(`  ${firstDayWords}\n`);
  const { added, loadKw, plan, skipped, ...result } = await new Rehearsal(options).perform();
  out.write(`  ${kw(loadKw)} kW are drawn; ${plan.actions.length} zones are chosen, ${added} added later.\n`);
  const refused = Object.entries(skipped).map(([code, count]) => `${code} ${count}`);
  if (refused.length > 0) out.write(`  Refused when they were due: ${refused.join(', ')}.\n`);
  finish(options, result);
}

function finish(options: DeliveryOptions, result: DeliveryResult): void {
  print(result);
  if (options.json !== undefined)
    writeFileSync(options.json, `${JSON.stringify({ options, ...result }, null, 2)}\n`);
  if (result.checks.some(({ holds }) => !holds)) process.exitCode = 1;
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
