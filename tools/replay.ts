import { help, replayOptions } from './replay/options';
import { runShards } from './replay/shards';
import { textOf } from './replay/text';

/** Replays weeks of campaigns on simulated heat pumps and lets the sandbox judge. */
async function main(): Promise<void> {
  const options = replayOptions(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(`${help}\n`);
    return;
  }
  if ('problem' in options) {
    process.stderr.write(`${options.problem}\n`);
    process.exit(2);
  }
  const verdict = await runShards(options, (day) => {
    if (!options.json && day % 10 === 0) process.stderr.write(`  ${day} of ${options.days} days\n`);
  });
  process.stdout.write(options.json ? `${JSON.stringify(verdict, null, 2)}\n` : textOf(verdict));
  process.exit(verdict.passed ? 0 : 1);
}

main().catch((error: unknown) => {
  process.stderr.write(
    `The replay broke: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exit(1);
});
