import { ReloadStrategy } from '@truthound/protocols';
import { type Judge, oneOf, optional, resolveOptions, signal } from './option-checks.ts';

/** How one reload is done. */
export interface ReloadOptions {
  /** @defaultValue the manager's `defaultStrategy` */
  readonly strategy?: ReloadStrategy;
  /**
   * Gives the reload up. Before the switch the old version serves on; after it the new one stays, and the
   * wait for calls and for the bake ends at once.
   */
  readonly signal?: AbortSignal;
}

const JUDGES: Readonly<Record<keyof ReloadOptions, Judge>> = {
  strategy: optional(oneOf(Object.values(ReloadStrategy))),
  signal: optional(signal),
};

/** @throws ValidationError that lists every fault. */
export function resolveReloadOptions(options: ReloadOptions): ReloadOptions {
  return resolveOptions<ReloadOptions>('reload options', JUDGES, {}, options);
}
