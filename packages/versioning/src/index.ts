export type { BreakingChange } from './breaking-changes.ts';
export {
  CompatibilityLevel,
  type CompatibilityQuestion,
  type CompatibilityReport,
} from './compatibility-report.ts';
export type { Explanation, Refusal, RefusalReason } from './explain-refusal.ts';
export { parseConstraint } from './parse-constraint.ts';
export { compareVersions, sortVersions } from './sort-versions.ts';
export {
  type ParseConstraintOptions,
  type PrereleaseOptions,
  VersionConstraint,
  type VersionConstraintJson,
} from './version-constraint.ts';
export { type FindBestVersionOptions, VersionResolver } from './version-resolver.ts';
