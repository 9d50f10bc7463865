import { parentPort, workerData } from 'node:worker_threads';
import type { ReplayOptions } from './options';
import { runReplay } from './run-replay';

/** One part of the fleet on one thread. */
async function main(): Promise<void> {
  const verdict = await runReplay(workerData as ReplayOptions, (day) => parentPort?.postMessage({ day }));
  parentPort?.postMessage({ verdict });
}

main().catch((error: unknown) => {
  throw error;
});
