#!/usr/bin/env node
import { exitCodes } from './errors';
import { interruption, run } from './run';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(interruption()));

// Whoever reads us may have had enough, like `head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

run(process.argv.slice(2), { input: process.stdin, out: process.stdout, err: process.stderr }, stop.signal)
  .then((exitCode) => {
    process.exitCode = exitCode;
    // Whatever was still asked is of no interest any more.
    if (exitCode === exitCodes.interrupted) process.exit();
  })
  .catch((error: unknown) => {
    process.stderr.write(`warmshift: ${(error as Error).stack ?? String(error)}\n`);
    process.exitCode = 1;
  });
