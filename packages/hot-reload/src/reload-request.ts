import type { LifecycleController } from '@truthound/protocols';
import type { HotReloadSettings } from './hot-reload-options.ts';
import type { ReloadAttempt } from './reload-attempt.ts';
import type { ReloadPlan } from './strategies/reload-plan.ts';

/** What a reload is asked to do, and with what. */
export interface ReloadRequest {
  readonly lifecycle: LifecycleController;
  readonly settings: HotReloadSettings;
  readonly attempt: ReloadAttempt;
  readonly plan: ReloadPlan;
  /** Aborts when the reload is to be given up, or to end at once where it has switched already. */
  readonly signal: AbortSignal;
}
