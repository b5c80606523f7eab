import { readFile, realpath, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type FilePath,
  type PluginSource,
  SandboxError,
  filePathToString,
  parseJson,
} from '@truthound/protocols';

/** A plugin's folder and the module of it that is loaded, both without links. */
export interface ResolvedPluginSource {
  readonly root: string;
  readonly entry: string;
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`);
}

async function readPackageJson(
  root: string,
): Promise<{ readonly name?: unknown; readonly main?: unknown; readonly exports?: unknown } | undefined> {
  try {
    return parseJson(await readFile(join(root, 'package.json'), 'utf8')) as { readonly name?: unknown };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
}

/** What `import` would take: the first target of a conditional export that fits. */
function pickTarget(target: unknown): string | undefined {
  if (typeof target === 'string') return target;
  if (typeof target !== 'object' || target === null || Array.isArray(target)) return undefined;
  for (const [condition, value] of Object.entries(target)) {
    if (!['module-sync', 'node', 'import', 'require', 'default'].includes(condition)) continue;
    const picked = pickTarget(value);
    if (picked !== undefined) return picked;
  }
  return undefined;
}

/** A key with a star stands for all that begin and end as it does; the longest beginning counts. */
function matchPattern(
  keys: readonly string[],
  wanted: string,
): { readonly key: string; readonly star: string } | undefined {
  return keys
    .filter((key) => key.split('*').length === 2)
    .map((key) => ({ key, parts: key.split('*') as [string, string] }))
    .filter(
      ({ parts: [start, end] }) =>
        wanted.length > start.length + end.length && wanted.startsWith(start) && wanted.endsWith(end),
    )
    .sort((a, b) => b.parts[0].length - a.parts[0].length || b.key.length - a.key.length)
    .map(({ key, parts: [start, end] }) => ({
      key,
      star: wanted.slice(start.length, wanted.length - end.length),
    }))[0];
}

/** The file that `exports` gives for a key, as Node finds it; `undefined` where it gives none. */
function exportedFile(exportsField: unknown, key: string): string | undefined {
  const isMap =
    typeof exportsField === 'object' &&
    exportsField !== null &&
    Object.keys(exportsField).some((name) => name.startsWith('.'));
  if (!isMap) return key === '.' ? pickTarget(exportsField) : undefined;
  const map = exportsField as Readonly<Record<string, unknown>>;
  if (Object.hasOwn(map, key)) return pickTarget(map[key]);
  const pattern = matchPattern(Object.keys(map), key);
  return pattern && pickTarget(map[pattern.key])?.replaceAll('*', () => pattern.star);
}

/** Where `package.json` has "exports", an entry that begins with a dot is a key of it; otherwise it is a file. */
async function findEntry(root: string, entry: string): Promise<string> {
  const packageJson = await readPackageJson(root);
  const isKey = entry === '.' || entry.startsWith('./');
  if (isKey && packageJson?.exports !== undefined) {
    const exported = exportedFile(packageJson.exports, entry);
    if (exported !== undefined) return resolve(root, exported);
    const isFile =
      entry !== '.' &&
      (await stat(resolve(root, entry)).then(
        (found) => found.isFile(),
        () => false,
      ));
    if (!isFile) throw new Error(`its package.json does not export "${entry}"`);
  }
  // Without "exports", "main" and its defaults are CommonJS's business.
  return entry === '.' ? createRequire(join(root, 'package.json')).resolve('./') : resolve(root, entry);
}

/**
 * Finds the module to load. It must lie inside the root, whatever the manifest or a link says.
 * @throws SandboxError that says what is missing
 */
export async function resolvePluginSource(
  plugin: PluginSource | FilePath,
  pluginId: string,
): Promise<ResolvedPluginSource> {
  const source: PluginSource =
    typeof plugin === 'string' || plugin instanceof URL ? { root: plugin } : plugin;
  const path = resolve(filePathToString(source.root));
  try {
    const root = await realpath(path);
    if (!(await stat(root)).isDirectory()) throw new Error('it is not a folder');
    const entry = await realpath(await findEntry(root, source.entry ?? '.'));
    if (!isInside(root, entry)) throw new Error(`its entry ${entry} lies outside`);
    return { root, entry };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SandboxError(
      `plugin "${pluginId}" cannot be loaded from ${path}: ${reason}`,
      { pluginId },
      { cause },
    );
  }
}

/** The URL under which Node loads a file. */
export function toModuleUrl(path: string): string {
  return pathToFileURL(path).href;
}
