/** How the global setup hands what it started to the test files, which run in other processes. */
export interface Infra {
  /** May create databases. */
  adminUrl: string;
  /** A migrated database to clone. */
  template: string;
  redis: { url: string; ownServer: boolean } | undefined;
}

const variable = 'WARMSHIFT_TEST_INFRA';

export function publishInfra(infra: Infra): void {
  process.env[variable] = JSON.stringify(infra);
}

export function readInfra(): Infra {
  const text = process.env[variable];
  if (text === undefined) throw new Error('the global setup of this test project did not run');
  return JSON.parse(text) as Infra;
}
