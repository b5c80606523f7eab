/** The same graphs on every machine and for every contender. */

export interface InputNode {
  readonly pluginId: string;
  readonly version: string;
  /** For those that take edges one by one. */
  readonly targets: readonly string[];
  /** For those that take a plugin as its manifest has it. */
  readonly dependencies: Readonly<Record<string, 'required'>>;
}

export function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A random graph without circles: each plugin depends on up to three earlier ones. */
export function randomPlugins(count: number): readonly InputNode[] {
  const next = numbersFrom(6);
  const ids = Array.from({ length: count }, (_, index) => `plugin-${index}`);
  return ids.map((pluginId, index) => {
    const targets = index === 0 ? [] : [...new Set([0, 1, 2].map(() => ids[next(index)] ?? ''))];
    const dependencies = Object.fromEntries(targets.map((id) => [id, 'required' as const]));
    return { pluginId, version: '1.0.0', targets, dependencies };
  });
}
