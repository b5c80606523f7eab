import Module from 'node:module';

interface Modules {
  /** Loaded CommonJS modules, by the path of their file. */
  readonly _cache: Record<string, unknown>;
}

/**
 * Takes the guest's own module out of what CommonJS code can look up: `require.main`, `process.mainModule`
 * and `require.cache`. A plugin finds there what it would find had nothing been loaded before it.
 *
 * @param target where Node keeps the main module; set only where that is CommonJS, as in the built guest
 */
export function hideMainModule(
  target: { mainModule?: NodeJS.Module | undefined } = process,
  { _cache: cache }: Modules = Module as unknown as Modules,
): void {
  const file = target.mainModule?.filename;
  if (file === undefined) return;
  Reflect.deleteProperty(cache, file);
  target.mainModule = undefined;
}
