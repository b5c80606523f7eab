import type { HotReloadManager, WatchHandle } from '@truthound/hot-reload';
import type { ResolvedConfig } from './config/enterprise-config.ts';

/** The watches over the folders of loaded plugins, where the configuration asks for them. */
export class PluginWatches {
  readonly #isOn: boolean;
  readonly #hotReload: HotReloadManager;
  readonly #watches = new Map<string, { readonly path: string; readonly handle: WatchHandle }>();

  constructor({ enableHotReload, watchForChanges }: ResolvedConfig, hotReload: HotReloadManager) {
    this.#isOn = enableHotReload && watchForChanges;
    this.#hotReload = hotReload;
  }

  /** Reloads the plugin when its files change. Follows it to another folder. */
  async start(pluginId: string, pluginPath: string): Promise<void> {
    if (!this.#isOn || this.#watches.get(pluginId)?.path === pluginPath) return;
    await this.stop(pluginId);
    const handle = await this.#hotReload.watch({ pluginId, pluginPath, autoReload: true });
    this.#watches.set(pluginId, { path: pluginPath, handle });
  }

  async stop(pluginId: string): Promise<void> {
    const watch = this.#watches.get(pluginId);
    this.#watches.delete(pluginId);
    await watch?.handle.cancel();
  }
}
