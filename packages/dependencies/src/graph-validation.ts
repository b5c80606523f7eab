import {
  type DependencyError,
  DependencyCycleError,
  MissingDependencyError,
  VersionConflictError,
} from '@truthound/protocols';
import type { CyclicGroup } from './cycles/cycle-report.ts';
import { compareCodeUnits } from './graph/code-unit-order.ts';
import { REQUIRED } from './graph/edge-kind.ts';
import { NONE } from './graph/edge-table.ts';
import type { GraphStorage } from './graph/graph-storage.ts';

/** Every required dependency on something absent, by plugin, then by dependency. */
export function findMissing(storage: GraphStorage): readonly MissingDependencyError[] {
  const missing: MissingDependencyError[] = [];
  const { edges } = storage;
  for (const slot of storage.presentSlots()) {
    for (let edge = edges.firstOut(slot); edge !== NONE; edge = edges.nextOut(edge)) {
      if (edges.kind(edge) !== REQUIRED || storage.isPresent(edges.target(edge))) continue;
      missing.push(
        new MissingDependencyError({
          pluginId: storage.id(slot),
          dependencyId: storage.id(edges.target(edge)),
          range: edges.requirement(edge)?.toString(),
        }),
      );
    }
  }
  return missing.sort(
    (a, b) => compareCodeUnits(a.pluginId, b.pluginId) || compareCodeUnits(a.dependencyId, b.dependencyId),
  );
}

/** Every present plugin whose version a dependent that requires it does not accept, by id. */
export function findVersionConflicts(storage: GraphStorage): readonly VersionConflictError[] {
  const conflicts: VersionConflictError[] = [];
  const { edges } = storage;
  for (const slot of storage.presentSlots()) {
    const version = storage.presentVersion(slot);
    const requirements: { requiredBy: string; range: string }[] = [];
    let isConflict = false;
    for (let edge = edges.firstIn(slot); edge !== NONE; edge = edges.nextIn(edge)) {
      const requirement = edges.requirement(edge);
      if (requirement === undefined || edges.kind(edge) !== REQUIRED) continue;
      requirements.push({ requiredBy: storage.id(edges.source(edge)), range: requirement.toString() });
      isConflict ||= !requirement.isSatisfiedBy(version);
    }
    if (!isConflict) continue;
    requirements.sort((a, b) => compareCodeUnits(a.requiredBy, b.requiredBy));
    conflicts.push(
      new VersionConflictError({ dependencyId: storage.id(slot), installedVersion: version, requirements }),
    );
  }
  return conflicts.sort((a, b) => compareCodeUnits(a.dependencyId, b.dependencyId));
}

/** All that is wrong with a graph: what is missing, what does not fit, what goes in circles. */
export function listProblems(
  storage: GraphStorage,
  groups: readonly CyclicGroup[],
): readonly DependencyError[] {
  return Object.freeze([
    ...findMissing(storage),
    ...findVersionConflicts(storage),
    ...groups.map(({ shortest }) => new DependencyCycleError({ cycle: shortest })),
  ]);
}
