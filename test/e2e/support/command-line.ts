import { spawn } from 'node:child_process';
import { join } from 'node:path';

const program = join(__dirname, '..', '..', '..', 'dist', 'apps', 'cli', 'src', 'main.js');

export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Call {
  readonly stdin?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** `warmshift` as a process of its own. Nothing but what a test gives is in its environment. */
export class CommandLine {
  constructor(private readonly env: () => Readonly<Record<string, string>>) {}

  run(args: readonly string[], { env, stdin = '' }: Call = {}): Promise<Outcome> {
    const { PATH = '', TZ = 'UTC' } = process.env;
    const child = spawn(process.execPath, ['--enable-source-maps', program, ...args], {
      env: { PATH, TZ, ...(env ?? this.env()) },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const texts = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (texts.out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (texts.err += text));
    child.stdin.on('error', () => undefined); // it may end before it has read anything
    child.stdin.end(stdin);
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, ...texts }));
    });
  }

  /** @throws unless it ends with 0. @returns what it wrote to stdout. */
  async text(...args: readonly string[]): Promise<string> {
    const { code, err, out } = await this.run(args);
    if (code !== 0) throw new Error(`warmshift ${args.join(' ')} ended with ${code}: ${err}`);
    return out;
  }

  /** The document that a command gives with `--json`. */
  async json<T>(...args: readonly string[]): Promise<T> {
    return JSON.parse(await this.text(...args, '--json')) as T;
  }
}
