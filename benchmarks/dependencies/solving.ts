/** Choosing among versions. No library on npm does this, so there is nothing to compare with. */
import { solve } from '@truthound/dependencies';
import type { PluginDependency, ResolvablePlugin } from '@truthound/protocols';
import { parseConstraint } from '@truthound/versioning';
import { numbersFrom } from './input.ts';
import type { Task } from './rounds.ts';

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

export function solvingTasks(count: number): readonly Task[] {
  const candidates = offered(count);
  const everything = Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`plugin-${index}`, 'required' as const]),
  );
  const impossible = { ...everything, 'plugin-0': parseConstraint('^9.0.0') };
  const first = solve(everything, candidates);
  if (!first.success) throw new Error(first.explanation);
  const lock = first.versions;
  console.log(`\n${count} plugins × 10 versions: ${first.steps} steps`);
  return [
    { name: 'solve', run: () => void solve(everything, candidates) },
    { name: 'solve with a lock', run: () => void solve(everything, candidates, { lock }) },
    { name: 'explain that there is no choice', run: () => void solve(impossible, candidates) },
  ];
}
