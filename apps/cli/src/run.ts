import { CommanderError } from 'commander';
import { Cli } from './cli';
import { commanderExitCode, exitCodes, failureOf, Interrupted, type ExitCode } from './errors';
import { programOf } from './program';
import type { Streams } from './screen';

/** Runs one command line. @returns the exit code; whatever went wrong was said on stderr. */
export async function run(args: readonly string[], streams: Streams, signal: AbortSignal): Promise<ExitCode> {
  const interrupted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  try {
    const program = programOf(new Cli(streams, signal));
    await Promise.race([program.parseAsync(args, { from: 'user' }), interrupted]);
    return exitCodes.done;
  } catch (error) {
    if (error instanceof CommanderError) return commanderExitCode(error);
    const failure = failureOf(error);
    if (failure === undefined) throw error;
    const { details, exitCode, sentence } = failure;
    const wantsJson = args.includes('--json');
    const text = wantsJson
      ? JSON.stringify({ error: { message: sentence, ...details } })
      : `warmshift: ${sentence}`;
    streams.err.write(`${text}\n`);
    return exitCode;
  }
}

/** What the signal of a command fires with on Ctrl-C. */
export const interruption = (): Interrupted => new Interrupted('stopped by Ctrl-C');
