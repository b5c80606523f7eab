export { type Clock, systemClock } from './clock.ts';
export { HotReloadManager, type ReloadOptions } from './hot-reload-manager.ts';
export type { HotReloadOptions } from './hot-reload-options.ts';
