import { cp, readdir, realpath, stat } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, parse, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { SandboxError } from '@truthound/protocols';

/** A package larger than this is not copied for one call: it is to be given as the sandbox's plugin. */
const MAX_FILES = 5000;

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`));
}

async function hasPackageJson(folder: string): Promise<boolean> {
  return stat(join(folder, 'package.json')).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** The folder of the package that a file belongs to; `undefined` when it belongs to none. */
async function findPackageRoot(file: string): Promise<string | undefined> {
  for (let folder = dirname(file); folder !== parse(folder).root; folder = dirname(folder)) {
    if (folder === homedir() || folder === tmpdir()) return undefined;
    if (await hasPackageJson(folder)) return folder;
  }
  return undefined;
}

/**
 * Modules that a host runs by path, from outside of what its sandbox may read: their packages are copied
 * into the sandbox's own folder, once each, and loaded from there. The guest gets to read no more than
 * the host named.
 */
export class ModuleCopies {
  readonly #scratch: string;
  readonly #readable: readonly string[];
  readonly #pluginId: string;
  readonly #share: (copy: string) => Promise<void>;
  readonly #copies = new Map<string, Promise<string>>();

  /**
   * @param readable folders that the guest can read anyway
   * @param share lets the guest read a copy, where it is another user
   */
  constructor(
    pluginId: string,
    scratch: string,
    readable: readonly string[],
    share: (copy: string) => Promise<void> = () => Promise.resolve(),
  ) {
    this.#pluginId = pluginId;
    this.#scratch = scratch;
    this.#readable = readable;
    this.#share = share;
  }

  /** The URL under which the guest can load a module. @throws SandboxError when there is no such file, or too much around it */
  async resolve(url: string): Promise<string> {
    if (!url.startsWith('file:')) return url;
    const file = await realpath(fileURLToPath(url)).catch((cause: unknown) => {
      throw new SandboxError(
        `there is no module ${url} to run in the sandbox of "${this.#pluginId}"`,
        { pluginId: this.#pluginId },
        { cause },
      );
    });
    if (this.#readable.some((root) => isInside(root, file))) return pathToFileURL(file).href;
    const root = (await findPackageRoot(file)) ?? file;
    const copying = this.#copies.get(root) ?? this.#copy(root);
    this.#copies.set(root, copying);
    return pathToFileURL(join(await copying, relative(root, file))).href;
  }

  async #copy(root: string): Promise<string> {
    const isFolder = (await stat(root)).isDirectory();
    if (isFolder) await this.#assertSmall(root);
    const target = join(
      this.#scratch,
      `module-${String(this.#copies.size)}`,
      isFolder ? '' : root.slice(dirname(root).length + 1),
    );
    // Links stay links: one that leads out of the package would bring in what the host has not named.
    await cp(root, target, { recursive: true, verbatimSymlinks: true });
    await this.#share(target);
    return target;
  }

  async #assertSmall(root: string): Promise<void> {
    const count = (await readdir(root, { recursive: true })).length;
    if (count <= MAX_FILES) return;
    throw new SandboxError(
      `the package ${root} has ${String(count)} files, and ${String(MAX_FILES)} is the most that is copied to run one module of it: ` +
        'create the sandbox with it as its plugin, or add it to resourceLimits.allowedPaths',
      { pluginId: this.#pluginId },
    );
  }
}
