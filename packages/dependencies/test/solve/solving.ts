import type { PluginDependency, ResolvablePlugin, VersionRequirement } from '@truthound/protocols';
import {
  type SolveFailure,
  type SolveOptions,
  type SolveRequirements,
  type SolveSuccess,
  solve,
} from '../../src/index.ts';

export type PluginVersion = ResolvablePlugin;

export function required(version: VersionRequirement): PluginDependency {
  return { type: 'required', version };
}

/** Solves and expects an answer. */
export function successOf(
  requirements: SolveRequirements,
  candidates: readonly PluginVersion[],
  options?: SolveOptions,
): SolveSuccess {
  const result = solve(requirements, candidates, options);
  if (!result.success) throw new Error(`expected a choice:\n${result.explanation}`);
  return result;
}

/** Solves and expects a proof that there is no answer. */
export function failureOf(
  requirements: SolveRequirements,
  candidates: readonly PluginVersion[],
): SolveFailure {
  const result = solve(requirements, candidates);
  if (result.success) throw new Error(`expected no choice, not ${JSON.stringify(result.versions)}`);
  return result;
}
