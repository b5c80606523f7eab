import type { ReloadEnvironment } from './reload-environment.ts';
import { warn } from './reload-steps.ts';

/** Lets new calls of the plugin wait while its state is on its way or no version can take them, and lets them go on however that ends. */
export class HeldCalls {
  readonly #environment: ReloadEnvironment;
  #isHolding = false;

  constructor(environment: ReloadEnvironment) {
    this.#environment = environment;
  }

  /** Twice is fine. */
  hold(): void {
    if (this.#isHolding) return;
    const { settings, attempt } = this.#environment;
    this.#isHolding = true;
    settings.loader.holdCalls(attempt.pluginId, true);
  }

  /** As {@link HeldCalls.hold}, where nobody could catch what the loader throws: it is told as a warning. */
  tryHold(): void {
    try {
      this.hold();
    } catch (error) {
      warn(this.#environment, this.#environment.attempt.failure('switch', error));
    }
  }

  /** Twice is fine. A loader that fails here is told as a warning: what comes after must still be done. */
  release(): void {
    if (!this.#isHolding) return;
    this.#isHolding = false;
    const { settings, attempt } = this.#environment;
    try {
      settings.loader.holdCalls(attempt.pluginId, false);
    } catch (error) {
      warn(this.#environment, attempt.failure('state', error));
    }
  }
}
