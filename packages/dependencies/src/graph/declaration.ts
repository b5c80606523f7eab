/**
 * Reading what a plugin declares. Everything is checked before the graph changes, so a bad declaration
 * leaves no trace.
 *
 * @module
 */
import {
  DependencyType,
  type Fault,
  type PluginDependency,
  ValidationError,
  type VersionRequirement,
} from '@truthound/protocols';
import { type EdgeKind, kindOf } from './edge-kind.ts';

/** One declared dependency, checked. */
export interface Declaration {
  readonly id: string;
  readonly kind: EdgeKind;
  readonly requirement: VersionRequirement | undefined;
}

const TYPE_NAMES = Object.values(DependencyType)
  .map((type) => `"${type}"`)
  .join(', ');

/** Throws a ValidationError with one fault. */
export function refuse(subject: string, path: string, problem: string): never {
  const faults: readonly Fault[] = [{ path, problem }];
  throw new ValidationError({ subject, faults });
}

/** `value`, when it is a string. Any string is an id: also `__proto__`, the empty one, and control characters. */
export function assertText(value: unknown, subject: string, path: string): asserts value is string {
  if (typeof value !== 'string') refuse(subject, path, `must be a string, not ${describe(value)}`);
}

/** Checks what is not a dependency of a node to add. Messages are only written when there is something to say. */
export function assertNode(pluginId: unknown, version: unknown, metadata: unknown): void {
  assertText(pluginId, 'dependency node', 'pluginId');
  if (typeof version !== 'string') assertText(version, `plugin ${JSON.stringify(pluginId)}`, 'version');
  if (metadata !== undefined && (typeof metadata !== 'object' || metadata === null)) {
    refuse(`plugin ${JSON.stringify(pluginId)}`, 'metadata', `must be an object, not ${describe(metadata)}`);
  }
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}

/** Whether `value` can judge versions. */
export function isVersionRequirement(value: unknown): value is VersionRequirement {
  return (
    typeof value === 'object' &&
    value !== null &&
    'isSatisfiedBy' in value &&
    typeof value.isSatisfiedBy === 'function'
  );
}

/**
 * Checks one dependency.
 *
 * @throws {@link ValidationError} naming plugin and dependency, when the type is unknown or `version` is no requirement.
 */
export function readDeclaration(pluginId: string, id: string, value: unknown): Declaration {
  const kind = kindOf(value);
  if (kind !== undefined) return { id, kind, requirement: undefined };

  if (typeof value !== 'object' || value === null) {
    return refuseDependency(
      pluginId,
      id,
      '',
      `must be one of ${TYPE_NAMES}, or { type, version }, not ${describe(value)}`,
    );
  }
  const { type, version } = value as { readonly type?: unknown; readonly version?: unknown };
  const objectKind = kindOf(type);
  if (objectKind === undefined) {
    return refuseDependency(pluginId, id, '.type', `must be one of ${TYPE_NAMES}, not ${describe(type)}`);
  }
  if (version !== undefined && !isVersionRequirement(version)) {
    return refuseDependency(
      pluginId,
      id,
      '.version',
      'must be a VersionRequirement (it has isSatisfiedBy), such as parseConstraint("^1.0.0") makes',
    );
  }
  return { id, kind: objectKind, requirement: version };
}

/** Texts are put together here, when something is wrong: most declarations are read to be found right. */
function refuseDependency(pluginId: string, id: string, field: string, problem: string): never {
  return refuse(`plugin ${JSON.stringify(pluginId)}`, `dependencies[${JSON.stringify(id)}]${field}`, problem);
}

/** Checks all dependencies of one plugin. Only own keys count. */
export function readDeclarations(
  pluginId: string,
  dependencies: Readonly<Record<string, PluginDependency>>,
): readonly Declaration[] {
  if (typeof dependencies !== 'object' || (dependencies as unknown) === null || Array.isArray(dependencies)) {
    refuse(
      `plugin ${JSON.stringify(pluginId)}`,
      'dependencies',
      `must be an object of id to dependency, not ${describe(dependencies)}`,
    );
  }
  const declarations: Declaration[] = [];
  for (const id of Object.keys(dependencies)) {
    declarations.push(readDeclaration(pluginId, id, dependencies[id]));
  }
  return declarations;
}
