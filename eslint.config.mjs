import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const tests = ['**/*.spec.ts', 'test/**', '**/testing/**'];

const named = (names) => Object.fromEntries(names.split(' ').map((name) => [name, 'readonly']));
const everywhere =
  'console URL URLSearchParams setTimeout clearTimeout setInterval clearInterval fetch AbortController TextDecoder';
const nodeGlobals = named(`${everywhere} process Buffer __dirname __filename require module exports`);
const browserGlobals = named(
  `${everywhere} window document navigator location history localStorage sessionStorage Intl EventSource FormData
   requestAnimationFrame getComputedStyle matchMedia ResizeObserver CustomEvent Event HTMLElement Node crypto alert confirm`.replace(
    /\s+/g,
    ' ',
  ),
);

const environmentRead = {
  object: 'process',
  property: 'env',
  message: 'Settings are read and checked in libs/config; take them from there.',
};

const onlyNothing = ['describe', 'it', 'test'].map((object) => ({
  object,
  property: 'only',
  message: 'It would silence all other tests.',
}));

const noAliasPastTheIndex = {
  patterns: [
    {
      group: ['@warmshift/*/*', '!@warmshift/vendors/*', '@warmshift/vendors/*/*'],
      message: 'Import a lib through its index.',
    },
  ],
};

/** The rules get the time handed in, and chance as a seed: the same question always gets the same answer. */
const pureRules = {
  'no-restricted-properties': [
    'error',
    { object: 'Date', property: 'now', message: 'Take the instant as a parameter.' },
    { object: 'performance', property: 'now', message: 'Take the instant as a parameter.' },
    { object: 'Math', property: 'random', message: 'Take a seed as a parameter.' },
    environmentRead,
  ],
  'no-restricted-syntax': [
    'error',
    {
      selector: "NewExpression[callee.name='Date'][arguments.length=0]",
      message: 'Take the instant as a parameter.',
    },
    {
      selector: "CallExpression[callee.property.name=/^(now|local)$/][callee.object.name='DateTime']",
      message: 'Take the instant and the time zone as parameters.',
    },
  ],
  'no-restricted-globals': ['error', 'process', 'setTimeout', 'setInterval', 'fetch', 'console', 'crypto'],
};

export default tseslint.config(
  {
    ignores: [
      '**/dist/',
      'node_modules/',
      '.cache/',
      '.warmshift/',
      'coverage/',
      'libs/db/src/generated/',
      'clients/typescript/src/schema.ts',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.{js,cjs,mjs}'],
    languageOptions: { globals: nodeGlobals },
  },
  { files: ['**/*.{js,cjs}'], languageOptions: { sourceType: 'commonjs' } },
  { files: ['apps/console/**'], languageOptions: { sourceType: 'module', globals: browserGlobals } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // Nest reads constructor types at run time. The rule knows files with decorators and leaves them alone.
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-empty-object-type': ['error', { allowInterfaces: 'with-single-extends' }],
      '@typescript-eslint/no-extraneous-class': 'off',
      'no-restricted-imports': ['error', noAliasPastTheIndex],
      'no-restricted-properties': ['error', environmentRead],
      'max-lines': ['warn', { max: 300, skipBlankLines: true, skipComments: true }],
      eqeqeq: ['error', 'always'],
      'no-console': 'error',
    },
  },
  { files: ['libs/domain/**/*.ts'], ignores: tests, rules: pureRules },
  {
    files: ['libs/config/**/*.ts', 'apps/cli/src/settings.ts', 'tools/**/*.ts', 'bench/**/*.ts'],
    rules: { 'no-restricted-properties': 'off', 'no-console': 'off' },
  },
  {
    files: tests,
    rules: {
      'no-restricted-properties': ['error', ...onlyNothing],
      'no-restricted-imports': 'off',
      'no-console': 'off',
      'max-lines': ['warn', { max: 400, skipBlankLines: true, skipComments: true }],
    },
  },
);
