import { basename } from 'node:path';
import type { Options } from 'tsup';
import { relativeSourceMaps } from './relative-source-maps.ts';

interface LibraryOptions {
  /** Exported entries besides `src/index.ts`; each becomes `dist/<name>.js` and `.cjs` with declarations. */
  readonly entries?: readonly string[];
  /** Command line entries: ES modules that share their code with the library and need no declarations. */
  readonly executables?: readonly string[];
  /** Gives the CommonJS build a working `import.meta.url`. */
  readonly shims?: boolean;
  /** Files of `dist` that another configuration of the package writes, so that cleaning spares them. */
  readonly keep?: readonly string[];
}

/** What a published package is built with: ES module and CommonJS side by side, neighbours left as imports. */
export function libraryConfig(options: LibraryOptions = {}): Options {
  const { entries = [], executables = [], shims = false, keep = [] } = options;
  const exported = named(['src/index.ts', ...entries]);
  return {
    entry: { ...exported, ...named(executables) },
    format: ['esm', 'cjs'],
    platform: 'node',
    target: 'node22',
    dts: { entry: exported },
    sourcemap: true,
    clean: keep.length === 0 ? true : keep.map((file) => `!${file}`),
    // Entries of one package share their modules, so that a class or a default instance exists once.
    splitting: entries.length + executables.length > 0,
    plugins: [relativeSourceMaps()],
    skipNodeModulesBundle: true,
    removeNodeProtocol: false,
    shims,
    outExtension: ({ format }) => ({ js: format === 'cjs' ? '.cjs' : '.js' }),
  };
}

/**
 * One self-contained CommonJS module with everything inside, for code that runs where no node_modules can be reached.
 *
 * CommonJS, because it starts faster: an ES module that imports a built-in has Node read every export of it, and some
 * of those load further built-ins only then.
 */
export function standaloneConfig(entry: Readonly<Record<string, string>>): Options {
  return {
    entry: { ...entry },
    format: ['cjs'],
    platform: 'node',
    target: 'node22',
    dts: false,
    // Read and parsed at every start: as small as it can be, and without a map that Node would load.
    sourcemap: false,
    minify: true,
    clean: false,
    splitting: false,
    noExternal: [/^(?!node:)/],
    removeNodeProtocol: false,
    outExtension: () => ({ js: '.cjs' }),
    esbuildOptions: (build) => {
      build.conditions = ['@truthound/source', 'module'];
    },
  };
}

function named(files: readonly string[]): Record<string, string> {
  return Object.fromEntries(files.map((file) => [basename(file, '.ts'), file]));
}
