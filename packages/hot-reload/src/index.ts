export { type Clock, systemClock } from './clock.ts';
export { HotReloadManager } from './hot-reload-manager.ts';
export type { HotReloadOptions } from './hot-reload-options.ts';
export type { ReloadOptions } from './reload-options.ts';
export type { FileChange } from './watch/file-tracker.ts';
export type { IgnoredPath } from './watch/ignored-paths.ts';
export type { WatchEvents, WatchHandle } from './watch/watch-handle.ts';
export type { WatchOptions } from './watch/watch-options.ts';
