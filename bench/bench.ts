import { cpus, totalmem } from 'node:os';

/** What one benchmark found. Always beside a floor of the same run where there is one: machines are shared and noisy. */
export interface BenchResult {
  readonly bench: string;
  /** What was measured, in the unit that its name says. */
  readonly measured: Readonly<Record<string, number>>;
  /** The same work done as directly as possible, or a bound; empty where there is none. */
  readonly floor: Readonly<Record<string, number>>;
  /** Measured against floor, or against the target where there is no floor. */
  readonly ratio: number;
  readonly target: string;
  readonly met: boolean;
}

export interface Bench {
  readonly name: string;
  /** In one sentence: what work. */
  readonly work: string;
  /** What it does one after the other; each part is measured in a process of its own and can be asked for alone. */
  readonly parts?: readonly string[];
  /** @param part one of `parts`; absent where there are none. */
  run(say: (line: string) => void, part?: string): Promise<BenchResult[]>;
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
}

export function machine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
}

/** CPU seconds of this process that `work` takes: what the machine does meanwhile for others does not count. */
export async function cpuSeconds(work: () => void | Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** Wall seconds that `work` takes. */
export async function wallSeconds(work: () => void | Promise<void>): Promise<number> {
  const before = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - before) / 1e9;
}

export function best(values: readonly number[]): number {
  return Math.min(...values);
}
