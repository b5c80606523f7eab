import type { LifecycleState } from '@truthound/protocols';
import { type BackgroundErrorListener, toError } from './background-error.ts';

/** Something that takes time: a whole transition, or one of the plugin's own steps inside it. */
export interface LifecycleSpan {
  readonly kind: 'transition' | 'step';
  /** `transition`, or the step: `load`, `activate`, `deactivate`, `unload`. */
  readonly name: string;
  readonly pluginId: string;
  readonly version: string | undefined;
  readonly fromState: LifecycleState;
  readonly toState: LifecycleState;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** How a {@link LifecycleSpan} ended. */
export interface LifecycleSpanEnd {
  readonly outcome: 'done' | 'failed';
  /** Where the plugin stands now. */
  readonly state: LifecycleState;
  readonly durationMs: number;
  readonly error: Error | undefined;
}

/**
 * Called when a span starts; what it answers is called when the span ends. Shaped for tracing:
 * start an OpenTelemetry span in the one, end it in the other.
 */
export type LifecycleObserver = (span: LifecycleSpan) => ((end: LifecycleSpanEnd) => void) | undefined;

/**
 * Runs `work` under the observer, which can neither fail nor delay it.
 * `getState` is asked once, at the end.
 */
export async function observe<Result>(
  observer: LifecycleObserver | undefined,
  span: LifecycleSpan,
  environment: { readonly getState: () => LifecycleState; readonly report: BackgroundErrorListener },
  work: () => Promise<Result>,
): Promise<Result> {
  if (observer === undefined) return await work();
  const attempt = <Answer>(call: () => Answer): Answer | undefined => {
    try {
      return call();
    } catch (thrown) {
      environment.report(toError(thrown), { pluginId: span.pluginId, source: 'observer', about: span.name });
      return undefined;
    }
  };
  const startedAt = performance.now();
  const end = attempt(() => observer(Object.freeze(span)));
  const finish = (outcome: LifecycleSpanEnd['outcome'], error: Error | undefined): void => {
    const durationMs = performance.now() - startedAt;
    attempt(() => end?.(Object.freeze({ outcome, state: environment.getState(), durationMs, error })));
  };
  try {
    const result = await work();
    finish('done', undefined);
    return result;
  } catch (thrown) {
    finish('failed', toError(thrown));
    throw thrown;
  }
}
