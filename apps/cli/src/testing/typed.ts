import { PassThrough } from 'node:stream';
import { run } from '../run';
import type { ExitCode } from '../errors';

export interface Typed {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

/** Somebody at a terminal: answers each question that shows up on stderr. */
export type Person = (question: string) => string;

/** Runs a command line in this process. With a person, all three streams are a terminal; else stdin holds a text. */
export async function typed(
  args: readonly string[],
  {
    person,
    signal = new AbortController().signal,
    stdin = '',
  }: { person?: Person; signal?: AbortSignal; stdin?: string } = {},
): Promise<Typed> {
  const [input, out, err] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const texts = { out: '', err: '' };
  out.on('data', (chunk: Buffer) => (texts.out += chunk.toString()));
  err.on('data', (chunk: Buffer) => (texts.err += chunk.toString()));
  if (person === undefined) input.end(stdin);
  else {
    Object.assign(input, { isTTY: true });
    Object.assign(err, { isTTY: true });
    Object.assign(out, { isTTY: true });
    err.on('data', (chunk: Buffer) => {
      if (/: $|\] $/.test(chunk.toString())) input.write(person(chunk.toString()));
    });
  }
  const code = await run(args, { input, out, err }, signal);
  return { code, ...texts };
}
