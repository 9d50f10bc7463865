import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ReplayOptions } from './options';
import { mergeVerdicts, type Verdict } from './verdict';

/** Always so many, whatever the machine: the same options give the same homes everywhere. */
const shards = 4;

type Message = { readonly day: number } | { readonly verdict: Verdict };

/**
 * Runs the fleet in parts on threads. A campaign without a target asks every zone for itself, so the parts do not
 * depend on each other. Each part has a seed of its own.
 */
export async function runShards(options: ReplayOptions, onDay: (day: number) => void): Promise<Verdict> {
  const startedAt = performance.now();
  const days = Array.from({ length: shards }, () => 0);
  const parts = Array.from({ length: shards }, (_, index) => ({
    ...options,
    seed: options.seed * shards + index,
    pumps: Math.floor(options.pumps / shards) + (index < options.pumps % shards ? 1 : 0),
  })).filter(({ pumps }) => pumps > 0);
  let told = 0;
  const verdicts = await Promise.all(
    parts.map((part, index) =>
      runShard(part, (day) => {
        days[index] = day;
        const slowest = Math.min(...days.slice(0, parts.length));
        if (slowest > told) onDay((told = slowest));
      }),
    ),
  );
  return { ...mergeVerdicts(verdicts), seconds: Math.round((performance.now() - startedAt) / 100) / 10 };
}

function runShard(part: ReplayOptions, onDay: (day: number) => void): Promise<Verdict> {
  const worker = new Worker(join(__dirname, 'shard-worker.js'), {
    workerData: part,
    resourceLimits: { maxYoungGenerationSizeMb: 96 },
  });
  return new Promise((resolve, reject) => {
    worker.on('message', (message: Message) => {
      if ('day' in message) return onDay(message.day);
      resolve(message.verdict);
      void worker.terminate();
    });
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`A part of the replay ended early (${code}).`)));
  });
}
