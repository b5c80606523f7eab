import type {
  EnforcementReport,
  InvokeOptions,
  LifecycleState,
  PluginExports,
  PluginHandle,
  PluginInfo,
  RemoteExports,
  ResourceUsage,
  SecurityPolicy,
  VerificationResult,
} from '@truthound/protocols';
import { RESERVED_EXPORTS } from '@truthound/protocols';
import type { PluginRecord } from './plugin-record.ts';
import { PluginNotActiveError } from './plugin-not-active-error.ts';
import type { SandboxedInstance } from './loading/sandboxed-instance.ts';

/** What a handle asks the manager for. */
export interface HandleSource {
  recordOf(pluginId: string): PluginRecord;
  infoOf(pluginId: string): PluginInfo;
  stateOf(pluginId: string): LifecycleState;
  /** Runs a call and measures it. */
  measureCall<Result>(pluginId: string, exportName: string, call: () => Promise<Result>): Promise<Result>;
}

/** A plugin as the host holds it. Knows no instance: each question goes to what serves at that moment. */
export class RecordPluginHandle implements PluginHandle {
  readonly id: string;
  readonly #source: HandleSource;

  constructor(id: string, source: HandleSource) {
    this.id = id;
    this.#source = source;
  }

  get #record(): PluginRecord {
    return this.#source.recordOf(this.id);
  }

  get version(): string {
    return this.#record.version;
  }

  get state(): LifecycleState {
    return this.#source.stateOf(this.id);
  }

  get info(): PluginInfo {
    return this.#source.infoOf(this.id);
  }

  get policy(): SecurityPolicy {
    return this.#instance().prepared.policy;
  }

  get verification(): VerificationResult | undefined {
    return this.#instance().prepared.verification;
  }

  get enforcement(): EnforcementReport {
    return this.#instance().context.enforcement;
  }

  get exports(): RemoteExports<PluginExports> {
    const names = this.#instance().context.exports.filter((name) => !RESERVED_EXPORTS.includes(name));
    const entries = names.map(
      (name) => [name, (...args: readonly unknown[]) => this.invoke(name, args)] as const,
    );
    return Object.freeze(Object.assign(Object.create(null) as object, Object.fromEntries(entries)));
  }

  call(exportName: string, ...args: readonly unknown[]): Promise<unknown> {
    return this.invoke(exportName, args);
  }

  async invoke(exportName: string, args: readonly unknown[], options?: InvokeOptions): Promise<unknown> {
    if (RESERVED_EXPORTS.includes(exportName)) {
      throw new TypeError(
        `"${exportName}" of plugin "${this.id}" is called by the host itself and cannot be called from outside`,
      );
    }
    return this.#source.measureCall(this.id, exportName, () => this.#record.call(exportName, args, options));
  }

  usage(): Promise<ResourceUsage> {
    return this.#instance().context.resourceUsage();
  }

  #instance(): SandboxedInstance {
    const [instance] = this.#record.instances;
    if (instance === undefined) throw new PluginNotActiveError({ pluginId: this.id, state: this.state });
    return instance;
  }
}
