/** Nobody waits longer than this, real ms, for a sign of life. */
const signOfLifeMs = 8_000;

/**
 * What is going on, while it goes on. A terminal shows the latest state on one line that is rewritten; a file or a pipe
 * gets a line every few seconds. What matters stays as a line of its own on both.
 */
export class ProgressLine {
  private unfinished = false;
  private lastLineAt = Date.now();

  constructor(private readonly out: NodeJS.WriteStream) {}

  update(text: string, matters = false): void {
    if (this.out.isTTY) {
      this.out.write(`\r\u001b[2K  ${text.slice(0, (this.out.columns || 120) - 3)}`);
      this.unfinished = true;
      if (matters) this.end();
    } else if (matters || Date.now() - this.lastLineAt >= signOfLifeMs) {
      this.out.write(`  ${text}\n`);
      this.lastLineAt = Date.now();
    }
  }

  /** What was shown last stays. */
  end(): void {
    if (this.unfinished) this.out.write('\n');
    this.unfinished = false;
  }

  /** What was shown last goes: it was only of interest while it went on. */
  clear(): void {
    if (this.unfinished) this.out.write('\r\u001b[2K');
    this.unfinished = false;
  }
}
