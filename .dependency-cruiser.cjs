/**
 * The arrows of the architecture, checked on imports:
 * enterprise -> the six packages in the middle -> protocols.
 *
 * @type {import('dependency-cruiser').IConfiguration}
 */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two modules that need each other are one module, or need a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'only-through-protocols',
      comment: 'A package knows protocols only; enterprise hands it what it needs of the others.',
      severity: 'error',
      from: { path: '^packages/([^/]+)/', pathNot: '^packages/enterprise/' },
      to: { path: '^packages/', pathNot: '^packages/($1|protocols)/' },
    },
    {
      name: 'neighbours-by-name',
      comment: 'Import "@truthound/x", not a path into its folder: only its exports are its contract.',
      severity: 'error',
      from: { path: '^packages/([^/]+)/' },
      to: { path: '^packages/', pathNot: '^packages/$1/', dependencyTypes: ['local'] },
    },
    {
      name: 'protocols-runs-anywhere',
      comment: 'No Node module and no package may be needed to read a contract.',
      severity: 'error',
      from: { path: '^packages/protocols/src/' },
      to: { pathNot: '^packages/protocols/src/' },
    },
    {
      name: 'guest-stands-alone',
      comment: 'What runs inside the sandbox must not pull in code of the host side.',
      severity: 'error',
      from: { path: '^packages/sandbox/src/guest/' },
      to: { path: '^packages/', pathNot: '^packages/(sandbox/src/(guest|channel|kernel)|protocols/src)/' },
    },
    {
      name: 'one-composition-root',
      comment:
        'Which class stands behind an interface is decided in composition.ts; elsewhere, take the interface. The command line is a program of its own, and the configuration checks itself with the crash policy.',
      severity: 'error',
      from: {
        path: '^packages/enterprise/src/',
        pathNot: '^packages/enterprise/src/(composition[.]ts|index[.]ts|cli/|config/resolve-config[.]ts)',
      },
      to: {
        path: '^packages/(sandbox|signing|versioning|dependencies|lifecycle|hot-reload)/',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'source-not-test',
      comment: 'Published code must not need tests, tools or examples.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
      to: { path: '^(packages/[^/]+/test|tools|examples|benchmarks)/' },
    },
    {
      name: 'resolvable',
      comment: 'The import leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|coverage)/|/vectors/|/fixtures/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@truthound/source', 'module-sync', 'import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
    },
  },
};
