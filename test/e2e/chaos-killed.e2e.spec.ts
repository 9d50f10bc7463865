import { chmodSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../support';
import { descendants, isAlive } from './support/processes';
import { Program } from './support/program';

jest.setTimeout(300_000);

// Everything that a run makes lies here; the operating system's user of the embedded Postgres gets in as well.
const place = realpathSync(mkdtempSync(join(tmpdir(), 'chaos-place-')));
chmodSync(place, 0o777);
afterAll(() => rmSync(place, { recursive: true, force: true }));

const gone = { timeoutMs: 60_000 };

describe('npm run chaos', () => {
  it.each<NodeJS.Signals>(['SIGKILL', 'SIGTERM'])(
    'leaves no process and no directory when %s ends it half-way',
    async (signal) => {
      const args = ['--attack', 'vendor-down', '--devices', '20'];
      const program = new Program('test/chaos/main.js', { TMPDIR: place }, args);
      await program.said(/a campaign over \d+ devices is planned/, 180_000);
      const processes = descendants(program.pid);
      expect(processes.length).toBeGreaterThanOrEqual(6); // an api, two workers, a sandbox, two guards
      expect(readdirSync(place)).not.toEqual([]);

      program.signal(signal);
      await program.ended;
      await eventually(() => processes.every((pid) => !isAlive(pid)), gone);
      await eventually(() => readdirSync(place).length === 0, gone);
    },
  );
});
