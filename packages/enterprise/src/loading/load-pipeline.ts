/**
 * From a folder to a running instance: verify and snapshot, make the policy, start the sandbox.
 * It is the only road; nothing of a plugin is run that did not come along it.
 *
 * @module
 */
import type { IsolationLevel } from '@truthound/protocols';
import {
  type HostFunctions,
  type PluginManifest,
  type SandboxContext,
  type SandboxEngine,
  SandboxError,
  type SecurityPolicy,
} from '@truthound/protocols';
import { assertRanges } from '../discovery/assert-ranges.ts';
import { readManifest } from '../discovery/read-manifest.ts';
import type { ResolvedConfig } from '../config/enterprise-config.ts';
import type { ParseRange } from '../plugin-resolution.ts';
import { createEffectivePolicy } from './effective-policy.ts';
import type { PluginVerifier, PreparedVersion } from './prepared-version.ts';
import { SandboxedInstance } from './sandboxed-instance.ts';

/** Host function by which plugins call one another; the sandbox's guest knows it by this name. */
const CALL_PLUGIN = 'truthound.callPlugin';

/** What the pipeline is made of. */
export interface PipelineParts {
  readonly config: ResolvedConfig;
  readonly verifier: PluginVerifier;
  readonly parseRange: ParseRange;
  readonly createEngine: (level: IsolationLevel) => SandboxEngine;
  /** Refuses a plugin made for another host version. */
  readonly assertHostVersion: (manifest: PluginManifest) => void;
  /** Refuses what the lock file does not record. */
  readonly assertLocked: (prepared: PreparedVersion) => Promise<void>;
  readonly traceVerify: <Result>(pluginId: string, work: () => Promise<Result>) => Promise<Result>;
  /** Calls a function of another loaded plugin, on behalf of `callerId`. */
  readonly callPlugin: (
    callerId: string,
    pluginId: string,
    exportName: string,
    args: readonly unknown[],
  ) => Promise<unknown>;
  /** The dependencies of a plugin that serve now. */
  readonly listActiveDependencies: (manifest: PluginManifest) => readonly string[];
  /** Told of each sandbox, before its plugin's code has been called. */
  readonly onSandbox: (pluginId: string, context: SandboxContext) => void;
}

export class LoadPipeline {
  readonly #parts: PipelineParts;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
  }

  /** The host's policy for a plugin, before its manifest narrows it. */
  policyFor(pluginId: string): SecurityPolicy {
    const { policies, defaultSecurityPolicy } = this.#parts.config;
    return Object.hasOwn(policies, pluginId)
      ? (policies[pluginId] ?? defaultSecurityPolicy)
      : defaultSecurityPolicy;
  }

  /** Verifies what is in the folder now, and copies it. Runs none of it. @throws LockDriftError where it is frozen */
  async prepare(pluginId: string, sourcePath: string, signal?: AbortSignal): Promise<PreparedVersion> {
    const prepared = await this.#parts.traceVerify(pluginId, () => this.verify(pluginId, sourcePath, signal));
    await this.#parts.assertLocked(prepared);
    return prepared;
  }

  /** {@link prepare}, whatever the lock file says. */
  async verify(pluginId: string, sourcePath: string, signal?: AbortSignal): Promise<PreparedVersion> {
    const hostPolicy = this.policyFor(pluginId);
    const {
      snapshotPath,
      digest,
      verification,
      signatures = [],
    } = await this.#parts.verifier.verify({
      pluginId,
      pluginPath: sourcePath,
      policy: hostPolicy,
      signal,
    });
    // From the snapshot: what was verified is what is read.
    const manifest = assertRanges(
      readManifest(snapshotPath),
      `${sourcePath}/package.json`,
      this.#parts.parseRange,
    );
    if (manifest.id !== pluginId) {
      throw new SandboxError(
        `the folder ${sourcePath} was discovered as plugin "${pluginId}" and now holds "${manifest.id}": discover again`,
        { pluginId },
      );
    }
    this.#parts.assertHostVersion(manifest);
    return Object.freeze({
      sourcePath,
      snapshotPath,
      digest,
      manifest,
      verification,
      signatures,
      policy: createEffectivePolicy(hostPolicy, manifest),
    });
  }

  /** Starts an instance in its own sandbox, with its module loaded and nothing of it called. */
  async start(prepared: PreparedVersion, signal?: AbortSignal): Promise<SandboxedInstance> {
    const { manifest, policy, snapshotPath } = prepared;
    const engine = this.#parts.createEngine(policy.isolationLevel);
    const context = await engine.createSandbox(manifest.id, policy, {
      plugin: { root: snapshotPath, entry: manifest.entry },
      host: this.#hostFunctionsFor(manifest),
      ...pickEnvironment(manifest.permissions.env),
      ...(signal === undefined ? {} : { signal }),
    });
    this.#parts.onSandbox(manifest.id, context);
    return new SandboxedInstance(prepared, engine, context, () =>
      this.#parts.listActiveDependencies(manifest),
    );
  }

  /** The host's functions that the manifest asks for, and the way to the plugins that it depends on. */
  #hostFunctionsFor(manifest: PluginManifest): HostFunctions {
    const { host } = this.#parts.config;
    const asked = manifest.permissions.host.filter((name) => Object.hasOwn(host, name));
    const callPlugin = async (
      pluginId: unknown,
      exportName: unknown,
      ...args: readonly unknown[]
    ): Promise<unknown> => {
      if (
        typeof pluginId !== 'string' ||
        typeof exportName !== 'string' ||
        !Object.hasOwn(manifest.dependencies, pluginId)
      ) {
        throw new ReferenceError(
          `plugin "${manifest.id}" does not declare a dependency on "${String(pluginId)}" and cannot call it`,
        );
      }
      return this.#parts.callPlugin(manifest.id, pluginId, exportName, args);
    };
    return Object.freeze({
      ...Object.fromEntries(asked.map((name) => [name, host[name]])),
      [CALL_PLUGIN]: callPlugin,
    });
  }
}

/** Left out where there is nothing to see: a guest that was started ahead cannot be given any. */
function pickEnvironment(names: readonly string[]): { readonly env?: Readonly<Record<string, string>> } {
  const seen = names.flatMap((name) =>
    process.env[name] === undefined ? [] : [[name, process.env[name]] as const],
  );
  return seen.length === 0 ? {} : { env: Object.fromEntries(seen) };
}
