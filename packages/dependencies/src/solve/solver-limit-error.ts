import { DependencyError, type ErrorCode, brandErrorClass } from '@truthound/protocols';

/** Choosing versions took more steps than allowed; there may or may not be a solution. */
export class SolverLimitError extends DependencyError {
  static {
    brandErrorClass(this, 'SolverLimitError');
  }

  override readonly code: ErrorCode = 'ERR_SOLVER_LIMIT';
  readonly maxSteps: number;

  constructor(facts: { readonly maxSteps: number }, options?: ErrorOptions) {
    super(
      `no choice of versions was found within ${String(facts.maxSteps)} steps: raise maxSteps, or offer fewer candidates or narrower ranges`,
      options,
    );
    this.maxSteps = facts.maxSteps;
  }
}
