import type { ResolvablePlugin } from '@truthound/protocols';
import { type Declaration, assertNode, readDeclarations } from '../graph/declaration.ts';
import { itemAt } from '../graph/element-at.ts';
import { compareCodeUnits } from '../graph/code-unit-order.ts';
import type { DuplicateConflict } from './resolution-result.ts';

/** Installed plugins, read and checked once. Each has an index, in the order given; later changes of the input do not show. */
export class InstalledPlugins {
  readonly ids: string[] = [];
  readonly versions: string[] = [];
  readonly declarations: (readonly Declaration[])[] = [];
  /** Of several plugins with one id the first given counts; none of them will be loaded. Sorted by id. */
  readonly duplicates: readonly DuplicateConflict[];
  readonly #indexes = new Map<string, number>();

  /** @throws ValidationError when a plugin or a dependency is not of the right type. */
  constructor(infos: Iterable<ResolvablePlugin>) {
    const repeated = new Map<string, string[]>();
    for (const { id, version, dependencies = {} } of infos) {
      const first = this.#indexes.get(id);
      if (first === undefined) {
        assertNode(id, version, undefined);
        this.declarations.push(readDeclarations(id, dependencies));
        this.#indexes.set(id, this.ids.length);
        this.ids.push(id);
        this.versions.push(version);
      } else {
        const given = repeated.get(id) ?? [itemAt(this.versions, first)];
        given.push(version);
        repeated.set(id, given);
      }
    }
    this.duplicates = [...repeated]
      .map(([id, given]) => duplicateOf(id, given))
      .sort((a, b) => compareCodeUnits(a.pluginId, b.pluginId));
  }

  /** Where a plugin stands in the lists; `undefined` when it is not installed. */
  indexOf(id: string): number | undefined {
    return this.#indexes.get(id);
  }

  versionOf(id: string): string | undefined {
    const index = this.#indexes.get(id);
    return index === undefined ? undefined : this.versions[index];
  }
}

function duplicateOf(pluginId: string, given: readonly string[]): DuplicateConflict {
  const message = `${String(given.length)} plugins have the id "${pluginId}" (versions ${given.join(', ')}): remove all but one, or give them different ids`;
  return Object.freeze({ type: 'duplicate', pluginId, versions: Object.freeze(given), message });
}
