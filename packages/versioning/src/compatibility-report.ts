import type { VersionConstraint } from './version-constraint.ts';

/** How well a plugin and its host go together. */
export const CompatibilityLevel = {
  /** The constraint is satisfied and nothing else is known. */
  COMPATIBLE: 'compatible',
  /** The constraint is satisfied, but breaking changes lie between the oldest host it accepts and this one. */
  COMPATIBLE_WITH_WARNINGS: 'compatible-with-warnings',
  /** The constraint is not satisfied. */
  INCOMPATIBLE: 'incompatible',
} as const;

export type CompatibilityLevel = (typeof CompatibilityLevel)[keyof typeof CompatibilityLevel];

/** Whether a plugin works with a host version, and why. Deeply frozen. */
export interface CompatibilityReport {
  /** Exactly `constraint.isSatisfiedBy(hostVersion)`. */
  readonly isCompatible: boolean;
  readonly level: CompatibilityLevel;
  readonly pluginVersion: string;
  readonly hostVersion: string;
  /** The constraint as text. */
  readonly requiredConstraint: string;
  /** What refuses the host; empty when it is compatible. */
  readonly errors: readonly string[];
  /** Breaking changes that the plugin may not know of. */
  readonly warnings: readonly string[];
  /** What to do about errors and warnings. */
  readonly migrationHints: readonly string[];
}

/** What is asked of `VersionResolver.checkCompatibility`. */
export interface CompatibilityQuestion {
  /** Version of the plugin, named in errors and hints. */
  readonly pluginVersion: string;
  /** The host versions that the plugin works with. */
  readonly constraint: VersionConstraint;
  readonly hostVersion: string;
}
