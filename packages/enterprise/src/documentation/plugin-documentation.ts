import type { IsolationLevel, ManifestDependency, PluginPermissions } from '@truthound/protocols';
import type { ChangelogEntry } from './changelog.ts';
import type { ExportedName } from './scan-exports.ts';

/** All that a plugin's files say about it. Nothing of it was run, and nothing of it is proven. */
export interface PluginDocumentation {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly author: string | undefined;
  readonly license: string | undefined;
  readonly homepage: string | undefined;
  readonly keywords: readonly string[];
  /** Versions of the host that it works with. */
  readonly hostRange: string | undefined;
  readonly isolation: IsolationLevel;
  readonly permissions: PluginPermissions;
  readonly dependencies: Readonly<Record<string, ManifestDependency>>;
  /** What the host may call, by name. */
  readonly exports: readonly ExportedName[];
  /** The functions that the host calls itself: `activate`, `dispose`, … */
  readonly hooks: readonly string[];
  /** Its README, as Markdown. */
  readonly readme: string | undefined;
  readonly changelog: readonly ChangelogEntry[];
}
