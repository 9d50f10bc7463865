import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');

describe('the typed client', () => {
  // The generator is an ES module that Jest cannot load, hence a process of its own.
  it('has the types that docs/openapi.json gives (npm run client)', () => {
    const program = join(root, 'tools', 'build', 'client-types.mjs');
    const { status, stderr } = spawnSync(process.execPath, [program, '--check'], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
