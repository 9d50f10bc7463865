import { createInterface } from 'node:readline/promises';
import { Writable, type Readable } from 'node:stream';
import { table, wrapped } from '@warmshift/terminal';
import { Interrupted, UsageError } from './errors';

export interface Streams {
  readonly input: Readable & { isTTY?: boolean };
  readonly out: Writable & { isTTY?: boolean; columns?: number };
  readonly err: Writable & { isTTY?: boolean };
}

/** Of a file, a pipe, or a terminal that does not say. */
const defaultWidth = 100;
/** Where the text of a fact begins. */
const factIndent = 16;

/** What the user sees and is asked. Results go to stdout, everything else to stderr. */
export class Screen {
  constructor(
    private readonly streams: Streams,
    /** For programs: one JSON document on stdout, nothing for people there. */
    readonly json: boolean,
  ) {}

  get width(): number {
    return this.streams.out.columns ?? defaultWidth;
  }

  /** Can be drawn over. */
  get isLive(): boolean {
    return this.streams.out.isTTY === true && !this.json;
  }

  print(text: string): void {
    this.streams.out.write(`${text}\n`);
  }

  table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
    this.print(table(head, rows, { width: this.width }));
  }

  /** A name and what it is, wrapped to the width of the terminal. */
  fact(name: string, text: string): void {
    const [first = '', ...more] = wrapped(text, this.width - factIndent);
    this.print(`  ${name.padEnd(factIndent - 3)} ${first}`);
    for (const line of more) this.print(`${' '.repeat(factIndent)}${line}`);
  }

  /** The only thing on stdout of a command with `--json`. */
  document(value: unknown): void {
    this.print(JSON.stringify(value, null, 2));
  }

  /** One line of a stream of JSON documents. */
  line(value: unknown): void {
    this.print(JSON.stringify(value));
  }

  /** What a person wants to know and a program does not. */
  note(text: string): void {
    this.streams.err.write(`${text}\n`);
  }

  raw(text: string): void {
    this.streams.out.write(text);
  }

  /** Everything that comes from stdin. @throws UsageError when that is a person who was not asked anything. */
  async everythingTyped(option: string): Promise<string> {
    if (this.streams.input.isTTY)
      throw new UsageError(`${option} reads stdin, and nothing is piped into it.`);
    const chunks: Buffer[] = [];
    for await (const chunk of this.streams.input) chunks.push(Buffer.from(chunk as Buffer));
    return Buffer.concat(chunks).toString('utf8');
  }

  /** Somebody sits there who can answer. */
  get canAsk(): boolean {
    return this.streams.input.isTTY === true && this.streams.err.isTTY === true;
  }

  /** @param secret what is typed is not shown. */
  async ask(question: string, { secret = false }: { readonly secret?: boolean } = {}): Promise<string> {
    const { err, input } = this.streams;
    let hidden = secret;
    const output = new Writable({
      write(chunk: Buffer, _encoding, done) {
        if (!hidden) err.write(chunk);
        done();
      },
    });
    const lines = createInterface({ input, output, terminal: true });
    const stop = new AbortController();
    // A terminal in this mode hands Ctrl-C and Ctrl-D over as keys.
    lines.once('SIGINT', () => stop.abort(new Interrupted('stopped by Ctrl-C')));
    lines.once('close', () => stop.abort(new UsageError(`There was no answer to: ${question.trim()}`)));
    try {
      const answer = lines.question(secret ? '' : question, { signal: stop.signal });
      if (secret) err.write(question);
      return (await answer).trim();
    } catch (error) {
      throw stop.signal.aborted ? stop.signal.reason : error;
    } finally {
      hidden = false;
      lines.close();
      if (secret) err.write('\n');
    }
  }

  /** @throws UsageError when nobody is there to say yes. @returns false for anything but yes. */
  async confirm(question: string): Promise<boolean> {
    if (!this.canAsk || this.json)
      throw new UsageError(`${question} Nobody can be asked here: say --yes if it is meant.`);
    const answer = await this.ask(`${question} [y/N] `);
    return /^(y|yes)$/i.test(answer);
  }
}
