import type { Workshop } from '../workshop.ts';

type ErrorClass = abstract new (...args: never[]) => Error;

/** One inmate. */
export interface Inmate {
  readonly id: string;
  /** Where it is refused: when it is looked for, or when it is loaded. */
  readonly at: 'discovery' | 'load';
  readonly error: ErrorClass;
  readonly message: RegExp;
  /** Makes its folder; `canary` is code that leaves a mark outside of the sandbox when it runs. */
  build(workshop: Workshop, canary: string): Promise<unknown>;
}

/** Code that must not run. */
export const bait = (canary: string): { readonly code: string } => ({
  code: `${canary}\nexport const ping = () => 'pong';`,
});

/** A plugin that is in order but for its manifest, and whose code must not run. */
export const withManifest =
  (id: string, recipe: Parameters<Workshop['plugin']>[1]): Inmate['build'] =>
  (workshop, canary) =>
    workshop.plugin(id, { ...bait(canary), ...recipe });
