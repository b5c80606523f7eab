/** Choosing among versions. No library on npm does this, so there is nothing to compare with. */
import { solve } from '@truthound/dependencies';
import type { PluginDependency, ResolvablePlugin } from '@truthound/protocols';
import { parseConstraint } from '@truthound/versioning';
import type { Contender } from '../harness/compare.ts';
import { Role } from '../harness/figures.ts';
import { collectGarbage } from './collect-garbage.ts';
import { numbersFrom } from './input.ts';

/** Plugins that each come in ten versions; newer ones ask for newer dependencies, and some cannot be had. */
function offered(count: number): readonly ResolvablePlugin[] {
  const next = numbersFrom(12);
  return Array.from({ length: count }, (_, index) => index).flatMap((index) => {
    const targets = index === 0 ? [] : [...new Set([0, 1, 2].map(() => next(index)))];
    return Array.from({ length: 10 }, (__, release): ResolvablePlugin => {
      const dependencies = targets.map((target): [string, PluginDependency] => {
        // One in forty of the newest asks for what does not exist yet.
        const wanted = release > 7 && next(40) === 0 ? 3 : release < 5 ? 1 : 2;
        const version = parseConstraint(wanted === 1 ? '>=1.0.0' : `>=${wanted}.0.0`);
        return [`plugin-${target}`, { type: 'required', version }];
      });
      const version = `${release < 5 ? 1 : 2}.${release % 5}.0`;
      return { id: `plugin-${index}`, version, dependencies: Object.fromEntries(dependencies) };
    });
  });
}

/** How many steps it takes, and the contenders. */
export function prepareSolving(count: number): {
  readonly steps: number;
  readonly contenders: readonly Contender[];
} {
  const candidates = offered(count);
  const everything = Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`plugin-${index}`, 'required' as const]),
  );
  const impossible = { ...everything, 'plugin-0': parseConstraint('^9.0.0') };
  const first = solve(everything, candidates);
  if (!first.success) throw new Error(first.explanation);
  const lock = first.versions;
  const solving = (name: string, run: () => unknown): Contender => ({
    name,
    role: Role.OURS,
    prepare: collectGarbage,
    run,
  });
  return {
    steps: first.steps,
    contenders: [
      solving('solve', () => solve(everything, candidates)),
      solving('solve with a lock', () => solve(everything, candidates, { lock })),
      solving('explain that there is no choice', () => solve(impossible, candidates)),
    ],
  };
}
