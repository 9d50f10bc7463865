import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DemoLogs } from './logs';

const home = mkdtempSync(join(tmpdir(), 'warmshift-logs-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('DemoLogs', () => {
  it('go with the demo that wrote them', () => {
    const logs = DemoLogs.below(home);
    logs.close();
    expect(existsSync(logs.dir)).toBe(false);
  });

  it('stay when they are wanted, also when the next demo clears up', () => {
    const logs = DemoLogs.below(home);
    expect(logs.keep()).toBe(logs.dir);
    logs.close();
    DemoLogs.below(home).close();
    expect(existsSync(logs.dir)).toBe(true);
  });

  it('of a demo that was killed go with the next one; those of one that runs stay', () => {
    const dead = spawnSync(process.execPath, ['--version']).pid;
    const killed = DemoLogs.below(home);
    writeFileSync(join(killed.dir, 'demo.pid'), String(dead));
    const running = DemoLogs.below(home);
    expect(existsSync(killed.dir)).toBe(false);
    DemoLogs.below(home).close();
    expect(existsSync(running.dir)).toBe(true);
    running.close();
  });
});
