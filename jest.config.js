const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const ts = require('typescript');

process.env.TZ = 'UTC'; // inherited by every worker: no test depends on where it runs

const swc = JSON.parse(fs.readFileSync(path.join(__dirname, '.swcrc'), 'utf8'));
delete swc.$schema;
delete swc.jsc.paths;
delete swc.jsc.baseUrl;

/** One set of aliases: `compilerOptions.paths` of tsconfig.json says it, this follows. */
const { paths } = ts.readConfigFile(path.join(__dirname, 'tsconfig.json'), ts.sys.readFile).config
  .compilerOptions;
const moduleNameMapper = Object.fromEntries(
  Object.entries(paths).map(([alias, [target]]) => [
    `^${alias.replace('*', '([^/]+)')}$`,
    target.replace(/^\.\//, '<rootDir>/').replace('*', '$1'),
  ]),
);

const shared = {
  rootDir: __dirname,
  testEnvironment: 'node',
  transform: { '^.+\\.ts$': ['@swc/jest', { ...swc, swcrc: false }] },
  moduleNameMapper,
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.warmshift', '<rootDir>/.cache'],
};

/** Tests that need Postgres or Redis. A setup runs only when one of its project's tests is chosen. */
const withInfrastructure = {
  ...shared,
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  setupFilesAfterEnv: ['<rootDir>/test/support/long-timeouts.ts'],
};

module.exports = {
  maxWorkers: Math.max(2, os.availableParallelism() - 1),
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/{apps,clients,libs,tools,bench,test/chaos}/**/*.spec.ts'],
    },
    {
      ...withInfrastructure,
      displayName: 'medium',
      testMatch: ['<rootDir>/test/medium/**/*.medium.spec.ts'],
    },
    { ...withInfrastructure, displayName: 'e2e', testMatch: ['<rootDir>/test/e2e/**/*.e2e.spec.ts'] },
    {
      ...shared,
      displayName: 'architecture',
      testMatch: ['<rootDir>/test/architecture/**/*.spec.ts'],
      setupFilesAfterEnv: ['<rootDir>/test/support/long-timeouts.ts'],
    },
  ],
};
