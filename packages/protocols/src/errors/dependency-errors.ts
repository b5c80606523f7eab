import { type ErrorCode, TruthoundError, brandErrorClass } from './truthound-error.ts';

/** Plugins cannot be put together. Parent of the specific ones. */
export class DependencyError extends TruthoundError {
  static {
    brandErrorClass(this, 'DependencyError');
  }

  readonly code: ErrorCode = 'ERR_DEPENDENCY';
}

/** Plugins require one another in a circle. */
export class DependencyCycleError extends DependencyError {
  static {
    brandErrorClass(this, 'DependencyCycleError');
  }

  override readonly code: ErrorCode = 'ERR_DEPENDENCY_CYCLE';
  /** One shortest circle, closed: the first id stands again at the end. */
  readonly cycle: readonly string[];

  constructor(facts: { readonly cycle: readonly string[] }, options?: ErrorOptions) {
    super(
      `plugins require one another in a circle: ${facts.cycle.join(' → ')}; make one of these dependencies optional or remove it`,
      options,
    );
    this.cycle = facts.cycle;
  }
}

/** A required plugin is not installed. */
export class MissingDependencyError extends DependencyError {
  static {
    brandErrorClass(this, 'MissingDependencyError');
  }

  override readonly code: ErrorCode = 'ERR_DEPENDENCY_MISSING';
  readonly pluginId: string;
  readonly dependencyId: string;

  constructor(
    facts: { readonly pluginId: string; readonly dependencyId: string; readonly range?: string | undefined },
    options?: ErrorOptions,
  ) {
    const range = facts.range === undefined ? '' : ` (${facts.range})`;
    super(
      `plugin "${facts.pluginId}" requires plugin "${facts.dependencyId}"${range}, which is not installed: install it, or declare it optional`,
      options,
    );
    this.pluginId = facts.pluginId;
    this.dependencyId = facts.dependencyId;
  }
}

/** An installed plugin has not the version that others require. */
export class VersionConflictError extends DependencyError {
  static {
    brandErrorClass(this, 'VersionConflictError');
  }

  override readonly code: ErrorCode = 'ERR_VERSION_CONFLICT';
  readonly dependencyId: string;
  readonly installedVersion: string | undefined;
  /** Who requires what. */
  readonly requirements: readonly { readonly requiredBy: string; readonly range: string }[];

  constructor(
    facts: {
      readonly dependencyId: string;
      readonly installedVersion?: string | undefined;
      readonly requirements: readonly { readonly requiredBy: string; readonly range: string }[];
    },
    options?: ErrorOptions,
  ) {
    const wants = facts.requirements
      .map(({ requiredBy, range }) => `"${requiredBy}" requires ${range}`)
      .join(', ');
    const has =
      facts.installedVersion === undefined ? 'no version fits' : `installed is ${facts.installedVersion}`;
    super(`plugin "${facts.dependencyId}" is not in the version that is required: ${wants}; ${has}`, options);
    this.dependencyId = facts.dependencyId;
    this.installedVersion = facts.installedVersion;
    this.requirements = facts.requirements;
  }
}
