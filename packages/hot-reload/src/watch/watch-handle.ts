import type { ReloadResult, Unsubscribe } from '@truthound/protocols';
import type { FileChange } from './file-tracker.ts';

/** What a watch tells its listeners. */
export interface WatchEvents {
  /** Files changed and have been left alone for `debounceMs` since. */
  readonly change: { readonly pluginId: string; readonly changes: readonly FileChange[] };
  /** A reload that a change has started is over, well or badly. */
  readonly reload: ReloadResult;
  /** Watching is in trouble, or a listener threw. The watch goes on. */
  readonly error: Error;
}

/** A running watch on a plugin's files. */
export interface WatchHandle extends AsyncDisposable {
  readonly pluginId: string;
  /** Absolute. */
  readonly path: string;
  readonly isActive: boolean;
  /** Without a listener for `error`, errors go to the manager's `onWarning`. */
  on<Name extends keyof WatchEvents>(
    event: Name,
    listener: (payload: WatchEvents[Name]) => unknown,
  ): Unsubscribe;
  /** Ends the watch and frees all it holds; a reload that runs is not touched. Twice is fine. */
  cancel(): Promise<void>;
}
