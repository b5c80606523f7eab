/**
 * A host for the tests of a plugin: the folder as it is, behind the real process boundary, with functions of the test in
 * the place of the host's.
 *
 * @module
 */
import { chmod, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  type FilePath,
  type HostFunctions,
  type PluginExports,
  type PluginHandle,
  type ReloadResult,
  STANDARD,
  type SandboxLogEvent,
  type SandboxViolationEvent,
  type SecurityPolicy,
  createPolicy,
  filePathToString,
} from '@truthound/protocols';
import { packPlugin } from './cli/pack/pack-plugin.ts';
import { readManifest } from './discovery/read-manifest.ts';
import { EnterprisePluginManager } from './enterprise-plugin-manager.ts';

/** What to test. */
export interface PluginTestHostOptions {
  /** The plugin's folder; built, and with its npm dependencies installed. It needs no signature. */
  readonly plugin: FilePath;
  /** Folders of the plugins that it depends on. @defaultValue none */
  readonly dependencies?: readonly FilePath[];
  /** What stands in for the host's functions. The plugin gets those that its manifest asks for. @defaultValue none */
  readonly host?: HostFunctions;
  /** @defaultValue STANDARD, enforced as far as this machine can, without a limit on CPU */
  readonly policy?: SecurityPolicy;
  readonly signal?: AbortSignal;
}

/** A call that the plugin made to a function of the host. */
export interface HostCall {
  readonly name: string;
  readonly args: readonly unknown[];
}

/** A plugin under test. Disposing it ends the plugin and removes all that was written. */
export interface PluginTestHost<Exports = PluginExports> extends AsyncDisposable {
  readonly plugin: PluginHandle<Exports>;
  /** The calls of host functions so far, in order. */
  readonly calls: readonly HostCall[];
  readonly logs: readonly SandboxLogEvent[];
  /** What it tried and was denied so far. */
  readonly violations: readonly SandboxViolationEvent[];
  /** Takes the folder over as it is now, state included, as a host does with an update. */
  reload(): Promise<ReloadResult>;
}

const TEST_POLICY: SecurityPolicy = createPolicy({
  base: STANDARD,
  enforcement: 'best-effort',
  maxCpuPercent: Infinity,
});

/**
 * Loads and activates a plugin for its tests, from vitest, node:test or a script.
 * @throws as `EnterprisePluginManager.load`
 */
export async function createPluginTestHost<Exports = PluginExports>(
  options: PluginTestHostOptions,
): Promise<PluginTestHost<Exports>> {
  const root = await mkdtemp(join(tmpdir(), 'truthound-test-host-'));
  const host = new FolderTestHost<Exports>(root, options);
  try {
    await host.start();
    return host;
  } catch (error) {
    await host[Symbol.asyncDispose]();
    throw error;
  }
}

class FolderTestHost<Exports> implements PluginTestHost<Exports> {
  readonly calls: HostCall[] = [];
  readonly logs: SandboxLogEvent[] = [];
  readonly violations: SandboxViolationEvent[] = [];
  readonly #root: string;
  readonly #source: string;
  readonly #options: PluginTestHostOptions;
  readonly #manager: EnterprisePluginManager;
  #id = '';

  constructor(root: string, options: PluginTestHostOptions) {
    this.#root = root;
    this.#options = options;
    this.#source = resolve(filePathToString(options.plugin));
    this.#manager = new EnterprisePluginManager({
      pluginDirs: [join(root, 'plugins')],
      scanEntrypoints: false,
      cacheDir: join(root, 'snapshots'),
      requireSignature: false,
      watchForChanges: false,
      standby: 0,
      restart: false,
      defaultSecurityPolicy: options.policy ?? TEST_POLICY,
      host: this.#recordingHost(options.host ?? {}),
      // A test shows at once what a host would be asked.
      reload: { bakeTimeMs: 0, approveWiderPermissions: () => true },
    });
    this.#manager.on('log', (event) => this.logs.push(event));
    this.#manager.on('violation', (event) => this.violations.push(event));
  }

  get plugin(): PluginHandle<Exports> {
    return this.#manager.getPlugin<Exports>(this.#id);
  }

  async start(): Promise<void> {
    const { dependencies = [], signal } = this.#options;
    for (const folder of dependencies) await this.#install(resolve(filePathToString(folder)));
    this.#id = await this.#install(this.#source);
    await this.#manager.discoverPlugins();
    await this.#manager.load(this.#id, signal === undefined ? {} : { signal });
  }

  async reload(): Promise<ReloadResult> {
    await this.#install(this.#source);
    return this.#manager.reload(this.#id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#manager[Symbol.asyncDispose]();
    await makeWritable(this.#root);
    await rm(this.#root, { recursive: true, force: true });
  }

  /** Copies what would be shipped of a plugin. Answers its id. */
  async #install(source: string): Promise<string> {
    const { id } = readManifest(source);
    const target = join(this.#root, 'plugins', id.replaceAll('/', '+'));
    await rm(target, { recursive: true, force: true });
    await mkdir(target, { recursive: true });
    await packPlugin({ source, target });
    return id;
  }

  #recordingHost(functions: HostFunctions): HostFunctions {
    const recording = Object.entries(functions).map(([name, original]) => {
      const recorded = (...args: never[]): unknown => {
        this.calls.push(Object.freeze({ name, args: Object.freeze([...args]) }));
        return original(...args);
      };
      return [name, recorded] as const;
    });
    return Object.fromEntries(recording);
  }
}

/** Snapshots are read-only, and removing a file needs write access to its folder. */
async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await makeWritable(join(folder, entry.name));
}
