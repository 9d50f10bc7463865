import { clockFromEnv } from '@warmshift/config';
import { ManualClock } from './manual-clock';
import { BadArgument, help, parseCommandLine } from './options';
import { Sandbox } from './sandbox';

/** Starts the sandbox; it ends on SIGTERM, SIGINT, or when the process that forked it goes away. */
async function main(): Promise<void> {
  const options = parseCommandLine(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(help);
    return;
  }
  const clock = clockFromEnv();
  const sandbox = new Sandbox(options, options.manualClock ? new ManualClock(clock.now()) : clock);
  const url = await sandbox.listen(options.host, options.port);
  const stop = (): void => {
    void sandbox.close().finally(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.once('disconnect', stop);
  const ready = { event: 'sandbox.ready', url };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  process.send?.(ready);
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  const isUsage = error instanceof BadArgument || (error instanceof Error && error.name === 'ConfigError');
  process.stderr.write(isUsage ? `${message}\nTry --help.\n` : `The sandbox could not start: ${message}\n`);
  process.exit(isUsage ? 2 : 1);
});
