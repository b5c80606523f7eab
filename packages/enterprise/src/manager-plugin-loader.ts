import {
  type PluginInstance,
  type PluginLoader,
  type PluginManifest,
  type PluginStateVersions,
  type PreparedPlugin,
} from '@truthound/protocols';
import { describeWiderPermissions } from './loading/effective-policy.ts';
import type { LoadPipeline } from './loading/load-pipeline.ts';
import { SandboxedInstance } from './loading/sandboxed-instance.ts';
import type { PluginRecord } from './plugin-record.ts';

/** What hot reload works against: the load pipeline and the records of the manager. */
export class ManagerPluginLoader implements PluginLoader {
  readonly #pipeline: LoadPipeline;
  readonly #recordOf: (pluginId: string) => PluginRecord;
  readonly #assertReplaceable: (next: PluginManifest) => void;

  constructor(
    pipeline: LoadPipeline,
    recordOf: (pluginId: string) => PluginRecord,
    assertReplaceable: (next: PluginManifest) => void,
  ) {
    this.#pipeline = pipeline;
    this.#recordOf = recordOf;
    this.#assertReplaceable = assertReplaceable;
  }

  getInstances(pluginId: string): readonly PluginInstance[] {
    return this.#recordOf(pluginId).instances;
  }

  getStateVersions(pluginId: string): PluginStateVersions {
    return this.#recordOf(pluginId).manifest.state;
  }

  async prepare(
    pluginId: string,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<PreparedPlugin> {
    const record = this.#recordOf(pluginId);
    const prepared = await this.#pipeline.prepare(pluginId, record.path, signal);
    const { manifest } = prepared;
    this.#assertReplaceable(manifest);
    return {
      pluginId,
      version: manifest.version,
      state: manifest.state,
      widerPermissions: describeWiderPermissions(record.manifest.permissions, manifest.permissions),
      start: ({ signal: startSignal } = {}) => this.#pipeline.start(prepared, startSignal),
      // A snapshot is shared by digest and pruned by its store.
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }

  switchInstance(pluginId: string, previous: PluginInstance, next: PluginInstance): void {
    this.#recordOf(pluginId).replace(asOwn(previous), asOwn(next));
  }

  holdCalls(pluginId: string, hold: boolean): void {
    this.#recordOf(pluginId).holdCalls(hold);
  }
}

function asOwn(instance: PluginInstance): SandboxedInstance {
  if (instance instanceof SandboxedInstance) return instance;
  throw new TypeError(`instance "${instance.instanceId}" was not made by this loader`);
}
