import type { PluginDependency } from '@truthound/protocols';
import type { NodeMetadata } from './graph/graph-storage.ts';

/** A plugin to add to a graph. */
export interface AddNodeOptions {
  /** Any string. */
  readonly pluginId: string;
  /** @defaultValue '0.0.0' */
  readonly version?: string;
  /** What it depends on; the others need not be in the graph yet. @defaultValue {} */
  readonly dependencies?: Readonly<Record<string, PluginDependency>>;
  /** Kept and handed back. @defaultValue {} */
  readonly metadata?: NodeMetadata;
}

/** Which circles count. */
export interface CycleOptions {
  /** Count optional dependencies too. Circles through them do not hinder loading. @defaultValue false */
  readonly includeOptional?: boolean;
}

/** Which dependencies are listed. */
export interface DependencyOptions {
  /** Also those of the dependencies, and so on. @defaultValue false */
  readonly recursive?: boolean;
  /** Also optional ones. @defaultValue false */
  readonly includeOptional?: boolean;
  /** Also those for development. @defaultValue false */
  readonly includeDev?: boolean;
}
