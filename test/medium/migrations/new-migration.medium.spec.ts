import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDatabase } from '../../support';

const project = join(__dirname, '..', '..', '..');
const committed = readFileSync(join(project, 'prisma', 'schema.prisma'), 'utf8');

/** The schema with a column more, an index more and a column less. */
const changed = committed
  .replace(/(model Site \{\n)/, '$1  colour String @default("red")\n')
  .replace(/(@@map\("sites"\))/, '@@index([country])\n  $1')
  .replace(/^ {2}vendorType .*\n/m, '');

describe('npm run db:new', () => {
  const database = testDatabase();
  let checkout: string;

  beforeEach(() => {
    checkout = mkdtempSync(join(tmpdir(), 'warmshift-new-migration-'));
    mkdirSync(join(checkout, 'prisma'));
    writeFileSync(join(checkout, 'old.prisma'), committed);
    writeFileSync(join(checkout, 'prisma', 'schema.prisma'), changed);
  });
  afterEach(() => rmSync(checkout, { recursive: true, force: true }));

  function run(...args: string[]) {
    const program = join(project, 'tools', 'new-migration.ts');
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['-r', join(project, 'test', 'support', 'register-ts.cjs'), program, ...args],
      { cwd: checkout, encoding: 'utf8' },
    );
    return { status, stdout, stderr };
  }

  const migrations = () => readdirSync(join(checkout, 'prisma', 'migrations'));
  const sqlOf = (name: string) =>
    readFileSync(join(checkout, 'prisma', 'migrations', name, 'migration.sql'), 'utf8');

  it('writes SQL that brings an existing database to the new schema and keeps its rows', async () => {
    const [supplier] = await database.query<{ id: string }>(
      `INSERT INTO suppliers (id, name, created_at) VALUES (gen_random_uuid(), 'Kept', now()) RETURNING id`,
    );
    const id = supplier?.id ?? '';
    await database.query(`
      INSERT INTO connections (id, supplier_id, vendor, name, base_url, credentials, status_since, created_at,
        next_discover_at, next_read_idle_at, next_read_active_at)
      VALUES ('${id}', '${id}', 'nox', 'c', 'https://x', '', now(), now(), now(), now(), now());
      INSERT INTO sites (id, supplier_id, connection_id, vendor_site_id, name, created_at)
      VALUES ('${id}', '${id}', '${id}', '1', 'Home', now())`);

    const { status, stdout } = run('add_colour', '--from', 'old.prisma');

    expect(status).toBe(0);
    const [name = '', ...more] = migrations();
    expect(more).toEqual([]);
    expect(name).toMatch(/^20\d{12}_add_colour$/);
    expect(stdout).toContain(`prisma/migrations/${name}/migration.sql`);
    await database.query(sqlOf(name));
    expect(await database.query('SELECT name, colour FROM sites')).toEqual([{ name: 'Home', colour: 'red' }]);
    expect(
      await database.query(`SELECT 1 FROM information_schema.columns WHERE column_name = 'vendor_type'`),
    ).toEqual([]);
  });

  it('says which statements lose data', () => {
    expect(run('drop_type', '--from', 'old.prisma').stdout).toMatch(
      /loses data[^]*DROP COLUMN "vendor_type"/,
    );
  });

  it('takes the schema of the last commit when no file is given', () => {
    const git = (...args: string[]) => spawnSync('git', args, { cwd: checkout, encoding: 'utf8' }).status;
    cpSync(join(checkout, 'old.prisma'), join(checkout, 'prisma', 'schema.prisma'));
    expect(git('init', '--quiet')).toBe(0);
    expect(git('add', 'prisma')).toBe(0);
    expect(git('-c', 'user.name=t', '-c', 'user.email=t@example.org', 'commit', '--quiet', '-m', 'old')).toBe(
      0,
    );
    expect(run('nothing').stderr).toContain('nothing to migrate');

    writeFileSync(join(checkout, 'prisma', 'schema.prisma'), changed);
    expect(run('something').status).toBe(0);
    expect(migrations()).toHaveLength(1);
  });

  it('writes an empty one for SQL by hand', () => {
    expect(run('partition_by_hand', '--empty').status).toBe(0);
    expect(sqlOf(migrations()[0] ?? '')).toMatch(/^-- .*\n$/);
  });

  it.each<[string, string[], RegExp]>([
    ['without a name', [], /Give one NAME/],
    ['with a name that is no name', ['Add Colour'], /Give one NAME/],
    ['with an option it does not know', ['x', '--to', 'y'], /--to[^]*--help/],
    ['without an earlier schema', ['x'], /Give the old file with --from/],
    ['with a file that is not there', ['x', '--from', 'nowhere'], /There is no file nowhere/],
  ])('writes nothing %s, and says why', (_what, args, sentence) => {
    const { status, stderr } = run(...args);
    expect(status).toBe(1);
    expect(stderr).toMatch(sentence);
    expect(readdirSync(join(checkout, 'prisma'))).toEqual(['schema.prisma']);
  });

  it('refuses to write one that would not be the last', () => {
    mkdirSync(join(checkout, 'prisma', 'migrations', '29990101000000_later'), { recursive: true });
    const { status, stderr } = run('x', '--from', 'old.prisma');
    expect(status).toBe(1);
    expect(stderr).toContain('29990101000000_later');
  });

  it('explains a schema that Prisma cannot read', () => {
    writeFileSync(join(checkout, 'prisma', 'schema.prisma'), 'model X { nonsense }');
    const { status, stderr } = run('x', '--from', 'old.prisma');
    expect(status).toBe(1);
    expect(stderr).toContain('schema.prisma:1');
  });
});
