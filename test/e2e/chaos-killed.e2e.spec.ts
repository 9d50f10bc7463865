import { chmodSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../support';
import { descendants, isAlive } from './support/processes';
import { Program } from './support/program';

jest.setTimeout(300_000);

const places: string[] = [];
afterAll(() => places.forEach((place) => rmSync(place, { recursive: true, force: true })));

/** Everything that a run makes lies in it; the operating system's user of the embedded Postgres gets in as well. */
function newPlace(): string {
  const place = realpathSync(mkdtempSync(join(tmpdir(), 'chaos-place-')));
  chmodSync(place, 0o777);
  places.push(place);
  return place;
}

const gone = { timeoutMs: 60_000 };

describe('npm run chaos', () => {
  it.concurrent.each<NodeJS.Signals>(['SIGKILL', 'SIGTERM'])(
    'leaves no process and no directory when %s ends it half-way',
    async (signal) => {
      const place = newPlace();
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
