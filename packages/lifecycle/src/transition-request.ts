import { type Fault, LifecycleState, type TransitionOptions, ValidationError } from '@truthound/protocols';
import { toError } from './background-error.ts';

/** Plain data that nobody can change any more: a copy, frozen at every depth. */
export function freezeMetadata(
  pluginId: string,
  metadata: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  try {
    return freezeDeep(structuredClone(metadata));
  } catch (cause) {
    const problem = `must be plain data, for the history keeps it: ${toError(cause).message}`;
    throw new ValidationError(
      { subject: `transition of plugin "${pluginId}"`, faults: [{ path: 'metadata', problem }] },
      { cause },
    );
  }
}

/** @throws ValidationError when there is no usable id or no such state. */
export function assertTransitionRequest(
  pluginId: unknown,
  { toState }: Pick<TransitionOptions, 'toState'>,
): void {
  const faults: Fault[] = [];
  if (!isPluginId(pluginId)) faults.push(idFault(pluginId));
  const states: readonly string[] = Object.values(LifecycleState);
  if (!states.includes(toState)) {
    const problem = `must be a lifecycle state, not "${toState}"; the states are ${states.join(', ')}`;
    faults.push({ path: 'toState', problem });
  }
  if (faults.length > 0) throw new ValidationError({ subject: 'transition', faults });
}

/** @throws ValidationError when a plugin's id is no text or empty. */
export function assertPluginId(pluginId: unknown): void {
  if (!isPluginId(pluginId)) throw new ValidationError({ subject: 'plugin', faults: [idFault(pluginId)] });
}

function isPluginId(pluginId: unknown): pluginId is string {
  return typeof pluginId === 'string' && pluginId !== '';
}

function idFault(pluginId: unknown): Fault {
  const seen = pluginId === '' ? 'an empty one' : typeof pluginId;
  return { path: 'id', problem: `must be a text that is not empty, not ${seen}` };
}

/** Maps, sets and dates keep their own mutators; plain objects and arrays, which is what plain data is, do not. */
function freezeDeep<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || ArrayBuffer.isView(value)) {
    return value;
  }
  Object.freeze(value);
  for (const nested of Object.values(value)) freezeDeep(nested);
  return value;
}
