export { DependencyType } from '@truthound/protocols';
export type { CycleReport, CyclicGroup } from './cycles/cycle-report.ts';
export { DependencyGraph } from './dependency-graph.ts';
export type { AddNodeOptions, CycleOptions, DependencyOptions } from './graph-options.ts';
export type { IgnoredDependency } from './graph/load-order.ts';
export type { DependencyGraphJson, FromJsonOptions } from './render/graph-json.ts';
export {
  type GraphlibEdge,
  type GraphlibEdgeName,
  type GraphlibGraph,
  type GraphlibNode,
  type GraphlibSource,
  type GraphlibTarget,
  fromGraphlibId,
  toGraphlibId,
} from './render/graphlib-exchange.ts';
export type { SvgOptions } from './render/svg.ts';
export { DependencyNode } from './dependency-node.ts';
export type { ImpactReport, WhyReport } from './graph-reports.ts';
export type { NodeMetadata } from './graph/graph-storage.ts';
export {
  DependencyResolver,
  type DependencyResolverOptions,
  type LoadCheck,
} from './resolve/dependency-resolver.ts';
export type { UninstallOrder } from './resolve/local-order.ts';
export {
  type DependencyConflict,
  type DuplicateConflict,
  type MissingDependency,
  type RangeDemand,
  ResolutionResult,
  type VersionConflict,
} from './resolve/resolution-result.ts';
export type { CompareVersions } from './solve/candidate-pool.ts';
export type { ClaimTerm, DerivationStep, GivenFact, SolverClaim } from './solve/derivation.ts';
export {
  type LockChange,
  type SolveFailure,
  type SolveOptions,
  type SolveRequirements,
  type SolveResult,
  type SolveSuccess,
  solve,
} from './solve/solve.ts';
export { SolverLimitError } from './solve/solver-limit-error.ts';
export type { Suggestion } from './solve/suggestion.ts';
