import type { HeldCalls } from './held-calls.ts';
import type { ReloadRequest } from './reload-request.ts';

/** Everything that one reload works with. */
export interface ReloadEnvironment extends ReloadRequest {
  readonly calls: HeldCalls;
  /**
   * Takes work on instances that serve no more, to be done once the plugin is out of the reload: one that is
   * slow to stop must not keep it in there. The work never rejects.
   */
  readonly leaveBehind: (work: () => Promise<void>) => void;
}
