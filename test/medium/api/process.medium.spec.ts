import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { testDatabase } from '../../support';

const root = join(__dirname, '..', '..', '..');

interface Run {
  readonly child: ChildProcess;
  /** What it wrote so far. */
  output(): { stdout: string; stderr: string };
  /** Resolves with the address it listens on, rejects when it ends before. */
  readonly ready: Promise<string>;
}

describe('the api process', () => {
  const db = testDatabase();
  const running = new Set<ChildProcess>();

  afterEach(() => running.forEach((child) => child.kill('SIGKILL')));

  function run(env: Record<string, string>): Run {
    const child = fork(join(root, 'apps/api/src/main.ts'), [], {
      execArgv: ['-r', join(root, 'test/support/register-ts.cjs')],
      env: { PATH: process.env['PATH'], TZ: 'UTC', PORT: '0', ...env },
      silent: true,
    });
    running.add(child);
    child.once('exit', () => running.delete(child));
    const output = { stdout: '', stderr: '' };
    child.stdout?.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
    const ready = new Promise<string>((resolve, reject) => {
      child.on('message', (message: { event: string; url: string }) => {
        if (message.event === 'api.ready') resolve(message.url);
      });
      child.once('exit', (code) => reject(new Error(`ended with ${code}: ${output.stderr}`)));
    });
    ready.catch(() => undefined);
    return { child, ready, output: () => output };
  }

  const settings = () => ({ DATABASE_URL: db.url, SECRETS_KEY: randomBytes(32).toString('hex') });

  it('says when it is ready, shows the first key once and outside the log, and ends in peace on SIGTERM', async () => {
    const { child, ready, output } = run(settings());
    const url = await ready;
    const key = /ws_live_\w+/.exec(output().stderr)?.[0];
    expect(key).toBeDefined();
    expect(output().stdout).not.toContain(key);
    const answer = await fetch(`${url}/admin/v1/suppliers/me`, { headers: { 'x-api-key': key ?? '' } });
    expect(answer.status).toBe(200);
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
    const lines = output()
      .stdout.trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { msg: string; url?: string });
    expect(lines.find(({ msg }) => msg === 'api.ready')?.url).toBe(url);
    expect(output().stderr).not.toContain('Error');
  });

  it('ends when the process that started it is gone', async () => {
    const { child, ready } = run(settings());
    await ready;
    const exit = once(child, 'exit');
    child.disconnect();
    await exit;
  });

  it('names every setting that is wrong, and never its value', async () => {
    const { child, output } = run({ DATABASE_URL: 'mysql://secret@host/db', PORT: 'many' });
    expect(await once(child, 'exit')).toEqual([1, null]);
    for (const name of ['DATABASE_URL', 'SECRETS_KEY', 'PORT']) expect(output().stderr).toContain(name);
    expect(output().stderr).not.toContain('secret@');
    expect(output().stderr).not.toMatch(/\n\s+at /);
  });

  it('says in a sentence that the database cannot be reached', async () => {
    const { child, output } = run({
      ...settings(),
      DATABASE_URL: 'postgres://someone:pa55word@127.0.0.1:1/db',
    });
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(output().stderr).toContain('DATABASE_URL cannot be used');
    expect(output().stderr).not.toMatch(/pa55word|\n\s+at /);
  });
});
