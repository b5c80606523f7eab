/** What a plugin's author programs against: the shape of an entry module and of the context it is given. */
import type { PluginHealth } from './plugin-loader.ts';

/** Another plugin, as seen from a plugin: calls go through the host. */
export interface PluginDependencyHandle {
  call<Result = unknown>(exportName: string, ...args: readonly unknown[]): Promise<Result>;
}

/** Given to `activate`. */
export interface PluginContext {
  readonly pluginId: string;
  readonly version: string;
  /** The functions of the host that the manifest asked for and the host gave, by their dotted names. */
  readonly host: Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>;
  /** The plugins that the manifest declares as dependencies and that are loaded. */
  readonly plugins: Readonly<Record<string, PluginDependencyHandle>>;
}

/** Second argument of `activate`. */
export interface ActivateOptions {
  /** What the previous version's `dispose()` returned. */
  readonly previousState?: unknown;
}

/** The exports of an entry module that the host calls by itself. Every other exported function is offered to callers. */
export interface PluginEntry {
  activate?(context: PluginContext, options: ActivateOptions): void | Promise<void>;
  deactivate?(): void | Promise<void>;
  /** Gives up its state to the next version. */
  dispose?(): unknown;
  health?(): boolean | PluginHealth | Promise<boolean | PluginHealth>;
}

/** The exports that the host calls by itself: they are not offered to callers. */
export const RESERVED_EXPORTS: readonly string[] = Object.freeze([
  'activate',
  'deactivate',
  'dispose',
  'health',
  'default',
]);
