import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const prefix = 'demo-logs-';
/** In the folder while its demo runs: the process that will clear it up. */
const ownerName = 'demo.pid';

/** The log files of one demo. They go with it, unless somebody will want to read them. */
export class DemoLogs {
  private wanted = false;

  private constructor(readonly dir: string) {}

  /** Makes a folder for this process, and removes those of demos that were killed. */
  static below(home: string): DemoLogs {
    for (const name of readdirSync(home)) if (name.startsWith(prefix)) removeIfAbandoned(join(home, name));
    const dir = mkdtempSync(join(home, prefix));
    writeFileSync(join(dir, ownerName), String(process.pid));
    return new DemoLogs(dir);
  }

  /** They stay, for somebody to read. @returns where. */
  keep(): string {
    this.wanted = true;
    return this.dir;
  }

  close(): void {
    rmSync(this.wanted ? join(this.dir, ownerName) : this.dir, { recursive: true, force: true });
  }
}

function removeIfAbandoned(dir: string): void {
  let owner: number;
  try {
    owner = Number(readFileSync(join(dir, ownerName), 'utf8'));
  } catch {
    return; // kept on purpose, or just being made
  }
  if (owner > 0 && !isAlive(owner)) rmSync(dir, { recursive: true, force: true });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
