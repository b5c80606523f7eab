import type { DependencyType } from './dependency-type.ts';
import type { LifecycleState } from './lifecycle-state.ts';
import type { PluginManifest } from './plugin-manifest.ts';
import type { VersionRequirement } from './semantic-version.ts';

/** One dependency of a plugin: its kind alone, or with the versions it accepts. */
export type PluginDependency =
  DependencyType | { readonly type: DependencyType; readonly version?: VersionRequirement };

/** The facts about an installed plugin that resolving needs. */
export interface ResolvablePlugin {
  readonly id: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, PluginDependency>>;
}

/** What a host lists about a plugin. */
export interface PluginInfo extends ResolvablePlugin {
  readonly state: LifecycleState;
  readonly description: string | undefined;
  /** Folder it was discovered in. */
  readonly path: string;
  readonly manifest: PluginManifest;
  /** Why it cannot be loaded, or why it failed. */
  readonly error: Error | undefined;
}
