/**
 * PubGrub (Weizenbaum, 2018): unit propagation over incompatibilities; every conflict is turned into a
 * new incompatibility that says why, so no dead end is entered twice, and a failure comes with its proof.
 *
 * @module
 */
import { compareCodeUnits } from '../graph/code-unit-order.ts';
import { type CandidatePool, type StateSet, stateOf } from './candidate-pool.ts';
import { type Incompatibility, resolveOn, setFor } from './incompatibility.ts';
import { PartialSolution } from './partial-solution.ts';
import { SolverLimitError } from './solver-limit-error.ts';
import { entryOf, itemAt } from '../graph/element-at.ts';

/** What is to be solved. */
export interface SolverProblem {
  readonly pool: CandidatePool;
  /** What the caller requires, and what is locked. */
  readonly initial: readonly Incompatibility[];
  /** What the candidates of a plugin declare; asked once for each plugin that must be chosen. */
  dependenciesOf(plugin: number): readonly Incompatibility[];
  /** The version to take when it is allowed. */
  preferred(plugin: number): StateSet;
}

/** Counts work; shared between attempts. */
export interface StepBudget {
  readonly maxSteps: number;
  used: number;
}

/** Position of the chosen candidate by plugin, or the proof that there is no choice. */
export type SolverOutcome =
  { readonly chosen: ReadonlyMap<number, number> } | { readonly proof: Incompatibility };

/** @throws SolverLimitError when the budget is used up. */
export function runPubGrub(problem: SolverProblem, budget: StepBudget): SolverOutcome {
  return new PubGrub(problem, budget).run();
}

/** No term is left alone: nothing follows. */
const NOTHING = -1;
/** All terms hold, which must not be. */
const CONFLICT = -2;

class PubGrub {
  readonly #problem: SolverProblem;
  readonly #pool: CandidatePool;
  readonly #budget: StepBudget;
  readonly #solution: PartialSolution;
  readonly #byPlugin = new Map<number, Incompatibility[]>();
  readonly #expanded = new Set<number>();

  constructor(problem: SolverProblem, budget: StepBudget) {
    this.#problem = problem;
    this.#pool = problem.pool;
    this.#budget = budget;
    this.#solution = new PartialSolution(problem.pool);
  }

  run(): SolverOutcome {
    let changed = this.#addAll(this.#problem.initial);
    const impossible = this.#problem.initial.find(({ plugins }) => plugins.length === 0);
    if (impossible !== undefined) return { proof: impossible };
    for (;;) {
      const proof = this.#propagate(changed);
      if (proof !== undefined) return { proof };
      const next = this.#nextToDecide();
      if (next === undefined) return { chosen: this.#chosen() };
      if (this.#expanded.has(next)) this.#decide(next);
      else {
        this.#expanded.add(next);
        // What its candidates declare may already rule some out: look before choosing.
        changed = this.#addAll(this.#problem.dependenciesOf(next));
        changed.add(next);
        continue;
      }
      changed = new Set([next]);
    }
  }

  #addAll(incompatibilities: readonly Incompatibility[]): Set<number> {
    const touched = new Set<number>();
    for (const each of incompatibilities) {
      this.#add(each);
      for (const plugin of each.plugins) touched.add(plugin);
    }
    return touched;
  }

  #add(incompatibility: Incompatibility): void {
    for (const plugin of incompatibility.plugins) {
      const known = this.#byPlugin.get(plugin);
      if (known === undefined) this.#byPlugin.set(plugin, [incompatibility]);
      else known.push(incompatibility);
    }
  }

  /** Draws every conclusion. Answers the proof of failure when there is no solution at all. */
  #propagate(changed: Set<number>): Incompatibility | undefined {
    for (const plugin of changed) {
      changed.delete(plugin);
      const known = entryOf(this.#byPlugin, plugin);
      // Newest first: what a conflict taught is the most telling.
      for (let at = known.length - 1; at >= 0; at -= 1) {
        const incompatibility = itemAt(known, at);
        const found = this.#apply(incompatibility);
        if (found === NOTHING) continue;
        if (found !== CONFLICT) {
          changed.add(found);
          continue;
        }
        const learned = this.#learn(incompatibility);
        if (learned.plugins.length === 0) return learned;
        changed.clear();
        // Where the trail was taken back to, all terms of the lesson but one hold.
        changed.add(this.#apply(learned));
        break;
      }
    }
    return undefined;
  }

  /** When all terms but one hold, that one must not: narrows its plugin and answers it; otherwise `NOTHING` or `CONFLICT`. */
  #apply(incompatibility: Incompatibility): number {
    if ((this.#budget.used += 1) > this.#budget.maxSteps) throw new SolverLimitError(this.#budget);
    const { plugins, sets } = incompatibility;
    let open = -1;
    for (let at = 0; at < plugins.length; at += 1) {
      const left = this.#solution.left(itemAt(plugins, at));
      const inside = left & itemAt(sets, at);
      if (inside === 0n) return NOTHING;
      if (inside === left) continue;
      if (open >= 0) return NOTHING;
      open = at;
    }
    if (open < 0) return CONFLICT;
    const plugin = itemAt(plugins, open);
    this.#solution.derive(plugin, itemAt(sets, open), incompatibility);
    return plugin;
  }

  /** Follows a conflict back to what would have prevented it, takes back the trail to there, and keeps the lesson. */
  #learn(conflict: Incompatibility): Incompatibility {
    let lesson = conflict;
    while (lesson.plugins.length > 0) {
      const { plugin, position, previousLevel } = this.#lastSatisfier(lesson);
      const assignment = this.#solution.at(position);
      if (assignment.cause === undefined || previousLevel < assignment.level) {
        if (lesson !== conflict) this.#add(lesson);
        this.#solution.backtrack(previousLevel);
        return lesson;
      }
      lesson = resolveOn(this.#pool, plugin, lesson, assignment.cause);
    }
    return lesson;
  }

  #lastSatisfier({ plugins, sets }: Incompatibility): {
    readonly plugin: number;
    readonly position: number;
    readonly previousLevel: number;
  } {
    let position = -1;
    let previousLevel = 0;
    let term = 0;
    const levelAt = (each: number): number => (each < 0 ? 0 : this.#solution.at(each).level);
    plugins.forEach((plugin, at) => {
      const found = this.#solution.findSatisfier(plugin, itemAt(sets, at), this.#pool.entry(plugin).all);
      if (found > position) {
        previousLevel = Math.max(previousLevel, levelAt(position));
        position = found;
        term = at;
      } else previousLevel = Math.max(previousLevel, levelAt(found));
    });
    const plugin = itemAt(plugins, term);
    const set = itemAt(sets, term);
    const { cause } = this.#solution.at(position);
    if (cause !== undefined) {
      // What the last assignment allows by itself; where that is too much, an earlier one did its part.
      const alone = this.#pool.entry(plugin).all & ~setFor(cause, plugin);
      if ((alone & ~set) !== 0n) {
        previousLevel = Math.max(previousLevel, levelAt(this.#solution.findSatisfier(plugin, set, alone)));
      }
    }
    return { plugin, position, previousLevel };
  }

  /** The plugin with the fewest versions left: it is the likeliest to fail. Then by id. */
  #nextToDecide(): number | undefined {
    let best: number | undefined;
    let fewest = Infinity;
    for (const plugin of this.#solution.open) {
      const count = countStates(this.#solution.left(plugin));
      const isBetter =
        count < fewest ||
        (count === fewest &&
          best !== undefined &&
          compareCodeUnits(this.#pool.entry(plugin).id, this.#pool.entry(best).id) < 0);
      if (isBetter) [best, fewest] = [plugin, count];
    }
    return best;
  }

  #decide(plugin: number): void {
    const left = this.#solution.left(plugin);
    const preferred = left & this.#problem.preferred(plugin);
    const states = preferred === 0n ? left : preferred;
    // The lowest bit is the newest version.
    this.#solution.decide(plugin, states & -states);
  }

  #chosen(): ReadonlyMap<number, number> {
    const chosen = new Map<number, number>();
    for (const plugin of this.#solution.decided) {
      const state = this.#solution.left(plugin);
      const { candidates } = this.#pool.entry(plugin);
      chosen.set(
        plugin,
        candidates.findIndex((_, position) => stateOf(position) === state),
      );
    }
    return chosen;
  }
}

function countStates(states: StateSet): number {
  let count = 0;
  for (let rest = states; rest !== 0n; rest &= rest - 1n) count += 1;
  return count;
}
