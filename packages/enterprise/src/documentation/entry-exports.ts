import { posix } from 'node:path';
import { readPluginText } from './plugin-text-file.ts';
import { type ExportedName, type ModuleScan, scanExports } from './scan-exports.ts';

/** More modules behind one entry are not followed. */
const MAX_MODULES = 100;

/** Where declarations may stand for a module: beside it, or in its place. */
const DECLARATIONS: readonly (readonly [RegExp, string])[] = [
  [/\.js$/, '.d.ts'],
  [/\.mjs$/, '.d.mts'],
  [/\.cjs$/, '.d.cts'],
];

interface PackageFields {
  readonly exports?: unknown;
  readonly main?: unknown;
  readonly types?: unknown;
}

/** What a plugin's entry exports: from its declarations where there are some, else from its code. By name. */
export function readEntryExports(
  folder: string,
  packageJson: PackageFields,
  entry: string,
): readonly ExportedName[] {
  const files = listEntryFiles(packageJson, entry);
  for (const file of files) {
    const found = collect(folder, file, new Set());
    if (found.size > 0) return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }
  return [];
}

/** Files to look into, the best first. */
function listEntryFiles(
  { exports: exportsField, main, types }: PackageFields,
  entry: string,
): readonly string[] {
  const isMap = typeof exportsField === 'object' && exportsField !== null;
  const hasSubpaths = isMap && Object.keys(exportsField).some((key) => key.startsWith('.'));
  const target = hasSubpaths ? (exportsField as Readonly<Record<string, unknown>>)[entry] : exportsField;
  const modules = [...listTargets(target), ...(entry === '.' && typeof main === 'string' ? [main] : [])];
  const beside = modules.flatMap((file) =>
    DECLARATIONS.filter(([end]) => end.test(file)).map(([end, declaration]) =>
      file.replace(end, declaration),
    ),
  );
  const declared = entry === '.' && typeof types === 'string' ? [types] : [];
  const isDeclaration = (file: string): boolean => /\.d\.[cm]?ts$/.test(file);
  return [
    ...declared,
    ...modules.filter(isDeclaration),
    ...beside,
    ...modules.filter((file) => !isDeclaration(file)),
  ];
}

function listTargets(target: unknown): readonly string[] {
  if (typeof target === 'string') return [target];
  if (Array.isArray(target)) return target.flatMap(listTargets);
  if (typeof target !== 'object' || target === null) return [];
  return Object.values(target).flatMap(listTargets);
}

/** What a module exports, its own and what it passes on from its neighbours; the first of a name wins. */
function collect(folder: string, file: string, seen: Set<string>): Map<string, ExportedName> {
  const found = new Map<string, ExportedName>();
  const path = posix.normalize(file);
  if (seen.has(path) || seen.size >= MAX_MODULES) return found;
  seen.add(path);
  const scan = readModule(folder, path);
  for (const exported of scan.exports) if (!found.has(exported.name)) found.set(exported.name, exported);
  for (const { from, names } of scan.reExports) {
    // What comes from a package is that package's to document.
    if (!from.startsWith('.')) continue;
    const inner = collect(folder, posix.join(posix.dirname(path), from), seen);
    const passed =
      names === undefined
        ? [...inner].filter(([name]) => name !== 'default')
        : [...names].flatMap(([name, local]) => {
            const exported = inner.get(local);
            return exported === undefined ? [] : [[name, { ...exported, name }] as const];
          });
    for (const [name, exported] of passed) if (!found.has(name)) found.set(name, exported);
  }
  return found;
}

function readModule(folder: string, path: string): ModuleScan {
  const declaration = DECLARATIONS.find(([end]) => end.test(path));
  const candidates = [
    ...(declaration === undefined ? [] : [path.replace(declaration[0], declaration[1])]),
    path,
    `${path}.d.ts`,
    `${path}.js`,
  ];
  for (const candidate of candidates) {
    const text = readPluginText(folder, candidate);
    if (text !== undefined) return scanExports(text);
  }
  return { exports: [], reExports: [] };
}
