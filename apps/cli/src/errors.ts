import { WarmshiftProblem, WarmshiftUnreachable } from '@warmshift/client';
import { CommanderError } from 'commander';

/** What a script can tell by the exit code. Documented in `--help` and docs/cli.md. */
export const exitCodes = { done: 0, refused: 1, usage: 2, unreachable: 3, interrupted: 130 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The command line, a file or an answer to a question cannot be used. Nothing was changed. */
export class UsageError extends Error {}

/** The command did what it should, and the outcome is not good; or somebody said no. */
export class Refused extends Error {}

/** Ctrl-C. */
export class Interrupted extends Error {}

/** What went wrong, for people and for programs. */
export interface Failure {
  readonly exitCode: ExitCode;
  /** One sentence. */
  readonly sentence: string;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** @returns undefined where commander has said it already, or nothing is wrong. */
export function failureOf(error: unknown): Failure | undefined {
  if (error instanceof CommanderError) return undefined;
  if (error instanceof WarmshiftProblem) return problemFailure(error);
  if (error instanceof WarmshiftUnreachable)
    return { exitCode: exitCodes.unreachable, sentence: withStop(error.message) };
  const sentence = withStop(error instanceof Error ? error.message : String(error));
  if (error instanceof Interrupted) return { exitCode: exitCodes.interrupted, sentence };
  return { exitCode: isUsage(error) ? exitCodes.usage : exitCodes.refused, sentence };
}

export function commanderExitCode({ exitCode }: CommanderError): ExitCode {
  return exitCode === 0 ? exitCodes.done : exitCodes.usage;
}

/** Settings of the service that cannot be used are the caller's too. */
function isUsage(error: unknown): boolean {
  return error instanceof UsageError || (error instanceof Error && error.name === 'ConfigError');
}

function problemFailure(problem: WarmshiftProblem): Failure {
  const { detail, errors, reference, status, title, type } = problem;
  // What is in the log of the service helps only where the service is at fault.
  const hint = status >= 500 && reference !== undefined ? ` (reference ${reference})` : '';
  const exitCode = type === 'about:blank' && status >= 500 ? exitCodes.unreachable : exitCodes.refused;
  return {
    exitCode,
    sentence: `${withStop(problem.message).slice(0, -1)}${hint}.`,
    details: { status, type, title, detail, errors, reference },
  };
}

function withStop(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
