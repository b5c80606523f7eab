/**
 * The files of a new plugin. It is TypeScript that Node runs as it stands: its tests pass before anything is installed,
 * and what is signed is what was written.
 *
 * @module
 */
import { VERSION } from '../version.ts';

/** Path in the plugin, and content. */
export type ScaffoldFile = readonly [path: string, content: string];

/** Everything `truthound init` writes. */
export function createScaffold(name: string): readonly ScaffoldFile[] {
  return [
    ['package.json', `${JSON.stringify(packageJson(name), null, 2)}\n`],
    ['tsconfig.json', `${JSON.stringify(TSCONFIG, null, 2)}\n`],
    ['src/index.ts', ENTRY],
    ['test/index.test.ts', TEST],
    ['README.md', readme(name)],
    ['.gitignore', 'node_modules/\nout/\n'],
  ];
}

function packageJson(name: string): object {
  return {
    name,
    version: '0.1.0',
    private: true,
    description: 'A Truthound plugin',
    type: 'module',
    keywords: ['truthound-plugin'],
    engines: { node: '>=22.22.0', truthound: '^1.0.0' },
    exports: { '.': './src/index.ts' },
    files: ['src'],
    scripts: {
      test: 'node --test "test/**/*.test.ts"',
      typecheck: 'tsc',
      check: 'truthound check',
      dev: 'truthound dev .',
      pack: 'truthound pack --out out',
    },
    truthound: { permissions: { modules: [], host: [], reasons: {} } },
    devDependencies: {
      '@truthound/enterprise': `^${VERSION}`,
      '@types/node': '^22.0.0',
      typescript: '^5.9.0',
    },
  };
}

const TSCONFIG = {
  compilerOptions: {
    target: 'ES2023',
    module: 'NodeNext',
    types: ['node'],
    strict: true,
    noEmit: true,
    // Node removes the types and runs the rest: only syntax that can be removed, and imports as they are.
    erasableSyntaxOnly: true,
    verbatimModuleSyntax: true,
    allowImportingTsExtensions: true,
  },
  include: ['src', 'test'],
};

const ENTRY = `/** What a greeting is made for. */
export interface Guest {
  readonly name: string;
  readonly language?: 'en' | 'de' | 'ko';
}

const GREETINGS = { en: 'Hello', de: 'Hallo', ko: '안녕하세요' } as const;

/** Every exported function can be called by the host. */
export function greet({ name, language = 'en' }: Guest): string {
  return \`\${GREETINGS[language]}, \${name}!\`;
}
`;

const TEST = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { greet } from '../src/index.ts';

test('greets in English unless told otherwise', () => {
  assert.equal(greet({ name: 'Ada' }), 'Hello, Ada!');
  assert.equal(greet({ name: 'Ada', language: 'de' }), 'Hallo, Ada!');
});
`;

function readme(name: string): string {
  return `# ${name}

A plugin for Truthound hosts. It is TypeScript that Node runs without a build.

\`\`\`sh
npm test                                       # its tests
npx truthound check                            # manifest, exports, files, permissions
npx truthound dev . greet '{"name":"Ada"}'     # in its sandbox, again after each change
\`\`\`

## What it may do

Nothing but compute. What it needs more it asks for in \`package.json\`, with the reason:

\`\`\`json
"truthound": {
  "permissions": {
    "modules": ["node:crypto"],
    "host": ["log"],
    "reasons": { "modules": "hashes names", "host": "tells what it did" }
  }
}
\`\`\`

A host gives it what both its policy and this list allow. \`npx truthound check --policy enterprise\` says what would be denied.

## Ship it

\`\`\`sh
npx truthound pack --out out/${unscoped(name)}              # with its npm dependencies, without tests
npx truthound keygen --out signing.key             # once; keep it outside of the plugin
npx truthound sign out/${unscoped(name)} --signer you@example.org --key signing.key
\`\`\`
`;
}

function unscoped(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}
