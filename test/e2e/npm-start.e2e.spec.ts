import { chmodSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Warmshift } from '@warmshift/client';
import { eventually } from '../support';
import { commandOf, descendants, isAlive } from './support/processes';
import { Program } from './support/program';

jest.setTimeout(400_000);

const dataDir = realpathSync(mkdtempSync(join(tmpdir(), 'warmshift-e2e-start-')));
chmodSync(dataDir, 0o755);
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

/** `npm start` without any settings but its place and port. */
function start(): Program {
  return new Program('tools/start.js', { DATA_DIR: dataDir, PORT: '0' });
}

async function urlOf(program: Program): Promise<string> {
  const [, url] = await program.said(/Warmshift is running at (\S+)/, 120_000);
  return url ?? '';
}

describe('npm start without settings', () => {
  let adminKey = '';
  let secretsKey = '';
  const connectionsOf = (baseUrl: string) =>
    new Warmshift({ baseUrl, apiKey: adminKey }).get('/admin/v1/connections');

  it('serves, shows the first admin key once, and stops on SIGINT with nothing left', async () => {
    const program = start();
    const url = await urlOf(program);
    [, adminKey = ''] = await program.said(/first admin key, shown only now: (\S+)/);
    expect(await connectionsOf(url)).toEqual({ data: [] });
    secretsKey = readFileSync(join(dataDir, 'secrets-key'), 'utf8');
    expect(statSync(join(dataDir, 'secrets-key')).mode & 0o077).toBe(0);

    const processes = descendants(program.pid);
    expect(processes.length).toBeGreaterThanOrEqual(4);
    program.signal('SIGINT');
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(processes.filter(isAlive)).toEqual([]);
  });

  it('starts again over the same data with the same keys, and leaves no process when it is killed', async () => {
    const program = start();
    const url = await urlOf(program);
    expect(await connectionsOf(url)).toEqual({ data: [] });
    expect(program.output).not.toContain('first admin key');
    expect(readFileSync(join(dataDir, 'secrets-key'), 'utf8')).toBe(secretsKey);

    const processes = descendants(program.pid);
    await program.kill();
    await eventually(() => processes.every((pid) => !isAlive(pid)), { timeoutMs: 30_000 });
  });

  it('leaves no process either when it is killed while its programs start', async () => {
    const program = start();
    const processes = await eventually(
      () => {
        const below = descendants(program.pid);
        return below.filter((pid) => commandOf(pid).includes('/src/main.js')).length === 2
          ? below
          : undefined;
      },
      { timeoutMs: 30_000 },
    );
    await program.kill();
    await eventually(() => processes.every((pid) => !isAlive(pid)), { timeoutMs: 30_000 });
  });
});
