import { envExample, loadConfig, settingNames, settingsTable } from './index';

describe('envExample', () => {
  it('shows every setting exactly once, commented out', () => {
    for (const name of settingNames) {
      expect(envExample().match(new RegExp(`^# ${name}=`, 'gm'))).toHaveLength(1);
    }
    expect(
      envExample()
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#')),
    ).toEqual([]);
  });

  it('shows values that the service accepts', () => {
    const lines = envExample().matchAll(/^# ([A-Z_]+)=(.*)$/gm);
    const env = Object.fromEntries([...lines].map(([, name, value]) => [name, value] as const));
    expect(Object.keys(env)).toHaveLength(settingNames.length);
    expect(loadConfig(env).http).toEqual(loadConfig({}).http);
  });
});

describe('settingsTable', () => {
  it('has a row for every setting, with its default', () => {
    const rows = settingsTable().trim().split('\n').slice(2);
    expect(rows.map((row) => /^\| `([A-Z_]+)`/.exec(row)?.[1])).toEqual(settingNames);
    expect(settingsTable()).toContain('| `PORT` | `3000` |');
    expect(settingsTable()).toContain('| `DATABASE_URL` | – |');
  });

  it('describes every setting and breaks no cell', () => {
    for (const row of settingsTable().trim().split('\n')) {
      const cells = row.split('|').slice(1, -1);
      expect(cells).toHaveLength(3);
      expect(cells[2]?.trim().length).toBeGreaterThan(2);
    }
  });
});
