import assert from 'node:assert/strict';
import { LifecycleEvent, type LifecyclePlugin, LifecycleState } from '@truthound/protocols';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LifecycleManager } from '../src/lifecycle-manager.ts';
import { planTransition } from '../src/transition-path.ts';
import { TRANSITIONS } from '../src/transitions.ts';

const IDS = ['a', 'b', 'c'] as const;
const STATES = Object.values(LifecycleState);
const EVENTS = Object.values(LifecycleEvent);
const STEPS = ['load', 'activate', 'deactivate', 'unload'] as const;
type Step = (typeof STEPS)[number];

const ENTERED_FOR: Readonly<Partial<Record<LifecycleState, LifecycleEvent>>> = {
  loading: LifecycleEvent.BEFORE_LOAD,
  activating: LifecycleEvent.BEFORE_ACTIVATE,
  deactivating: LifecycleEvent.BEFORE_DEACTIVATE,
  unloading: LifecycleEvent.BEFORE_UNLOAD,
};
const LEFT_BY: Readonly<Partial<Record<LifecycleState, Step>>> = {
  loading: 'load',
  activating: 'activate',
  deactivating: 'deactivate',
  unloading: 'unload',
};

/** What the manager should hold, kept by rules of its own. */
interface Model {
  readonly states: Map<string, LifecycleState>;
  readonly broken: Set<Step>;
  readonly vetoed: Set<LifecycleEvent>;
}

interface Real {
  readonly manager: LifecycleManager;
  readonly broken: Set<Step>;
  readonly vetoed: Set<LifecycleEvent>;
}

function createPlugin(id: string, run: (step: Step) => void | Promise<void>): LifecyclePlugin {
  const steps = STEPS.map((step) => [step, () => run(step)] as const);
  return { id, ...Object.fromEntries(steps) };
}

/** The history starts in discovered, each move begins where the last ended, is legal, and the last ends in the state. */
function replay(manager: LifecycleManager, id: string): void {
  let state: LifecycleState = LifecycleState.DISCOVERED;
  for (const { fromState, toState } of manager.getHistory(id).toReversed()) {
    assert.equal(fromState, state);
    assert.ok(TRANSITIONS[fromState].includes(toState), `${fromState} → ${toState}`);
    state = toState;
  }
  const isKnown = manager.getPluginsInState(manager.getState(id)).includes(id);
  assert.equal(manager.getState(id), isKnown ? state : LifecycleState.UNLOADED);
}

abstract class Command implements fc.AsyncCommand<Model, Real> {
  check(): boolean {
    return true;
  }

  async run(model: Model, real: Real): Promise<void> {
    await this.act(model, real);
    for (const id of IDS) {
      assert.equal(real.manager.getState(id), model.states.get(id) ?? LifecycleState.UNLOADED);
      replay(real.manager, id);
    }
    for (const state of STATES) {
      const expected = [...model.states].filter(([, each]) => each === state).map(([id]) => id);
      assert.deepEqual(real.manager.getPluginsInState(state).toSorted(), expected.toSorted());
    }
  }

  abstract act(model: Model, real: Real): Promise<void>;
  abstract toString(): string;
}

class Transition extends Command {
  readonly #id: string;
  readonly #toState: LifecycleState;

  constructor(id: string, toState: LifecycleState) {
    super();
    this.#id = id;
    this.#toState = toState;
  }

  async act(model: Model, { manager, broken }: Real): Promise<void> {
    const plugin = createPlugin(this.#id, (step) => {
      if (broken.has(step)) throw new Error(`${step} is broken`);
    });
    const expected = this.#predict(model);
    const outcome = manager
      .transition(plugin, { toState: this.#toState })
      .then(String, (error: unknown) => String(error));
    assert.ok((await outcome).includes(expected), `${await outcome}, and "${expected}" was to come`);
  }

  /** Moves the model, and answers "true" or a piece of the message that is to come. */
  #predict({ states, vetoed, broken }: Model): string {
    const known = states.get(this.#id);
    if (known === undefined && this.#toState === LifecycleState.UNLOADED) return 'true';
    let state = known ?? LifecycleState.DISCOVERED;
    let path: readonly LifecycleState[];
    try {
      path = planTransition(this.#id, state, this.#toState);
    } catch {
      return 'can move to';
    }
    states.set(this.#id, state);
    for (const next of path) {
      const before = ENTERED_FOR[next];
      if (before !== undefined && vetoed.has(before)) return 'a handler refused: no';
      const step = LEFT_BY[state];
      if (next !== LifecycleState.ERROR && step !== undefined && broken.has(step)) {
        states.set(this.#id, LifecycleState.ERROR);
        return `${step} is broken`;
      }
      state = next;
      states.set(this.#id, state);
    }
    return 'true';
  }

  toString(): string {
    return `transition ${this.#id} to ${this.#toState}`;
  }
}

class Crash extends Command {
  readonly #id: string;

  constructor(id: string) {
    super();
    this.#id = id;
  }

  async act({ states }: Model, { manager }: Real): Promise<void> {
    const state = states.get(this.#id);
    const counts = state !== undefined && TRANSITIONS[state].includes(LifecycleState.ERROR);
    if (counts) states.set(this.#id, LifecycleState.ERROR);
    assert.equal(await manager.transitionToError({ id: this.#id }, { error: new Error('crash') }), counts);
  }

  toString(): string {
    return `crash ${this.#id}`;
  }
}

class Remove extends Command {
  readonly #id: string;

  constructor(id: string) {
    super();
    this.#id = id;
  }

  async act({ states }: Model, { manager }: Real): Promise<void> {
    assert.equal(manager.remove(this.#id), states.delete(this.#id));
  }

  toString(): string {
    return `remove ${this.#id}`;
  }
}

/** Breaks or mends a step of all plugins, or makes a handler refuse or stop refusing. */
class Toggle<Kind extends 'broken' | 'vetoed'> extends Command {
  readonly #kind: Kind;
  readonly #item: Step | LifecycleEvent;

  constructor(kind: Kind, item: Kind extends 'broken' ? Step : LifecycleEvent) {
    super();
    this.#kind = kind;
    this.#item = item;
  }

  async act(model: Model, real: Real): Promise<void> {
    for (const side of [model, real]) {
      const set: Set<Step | LifecycleEvent> = side[this.#kind];
      if (!set.delete(this.#item)) set.add(this.#item);
    }
  }

  toString(): string {
    return `toggle ${this.#kind} ${this.#item}`;
  }
}

const ids = fc.constantFrom(...IDS);
const states = fc.constantFrom(...STATES);

describe('any sequence of commands', () => {
  it('keeps to the table, answers as the rules say, and leaves histories that replay', async () => {
    const commands = fc.commands(
      [
        fc.tuple(ids, states).map(([id, state]) => new Transition(id, state)),
        fc.tuple(ids, states).map(([id, state]) => new Transition(id, state)),
        ids.map((id) => new Crash(id)),
        ids.map((id) => new Remove(id)),
        fc.constantFrom(...STEPS).map((step) => new Toggle('broken', step)),
        fc.constantFrom(...Object.values(ENTERED_FOR)).map((event) => new Toggle('vetoed', event)),
      ],
      { maxCommands: 40 },
    );
    const property = fc.asyncProperty(commands, async (sequence) => {
      const setUp = (): { model: Model; real: Real } => {
        const real = {
          manager: new LifecycleManager(),
          broken: new Set<Step>(),
          vetoed: new Set<LifecycleEvent>(),
        };
        for (const event of EVENTS) {
          real.manager.on(event, (_plugin, name) => (real.vetoed.has(name) ? { veto: 'no' } : undefined));
        }
        return { model: { states: new Map(), broken: new Set(), vetoed: new Set() }, real };
      };
      await fc.asyncModelRun(setUp, sequence);
    });
    await fc.assert(property, { numRuns: 300 });
  });
});

describe('any commands at once, with handlers that ask for more', () => {
  it('W-58: all settle, keep to the table, and leave histories that replay', async () => {
    const operations = fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant('transition' as const), id: ids, toState: states }),
        fc.record({ kind: fc.constant('crash' as const), id: ids }),
        fc.record({ kind: fc.constant('remove' as const), id: ids }),
      ),
      { minLength: 1, maxLength: 12 },
    );
    const reactions = fc.array(
      fc.record({ on: fc.constantFrom(...EVENTS), of: ids, id: ids, toState: states }),
      { maxLength: 6 },
    );
    const property = fc.asyncProperty(
      fc.scheduler(),
      operations,
      reactions,
      async (scheduler, todo, rules) => {
        const manager = new LifecycleManager({
          stepTimeoutMs: Infinity,
          handlerTimeoutMs: Infinity,
          onBackgroundError: () => undefined,
        });
        const inside = new Set<string>();
        // Two steps of one plugin at once would mean that its lock does not hold.
        const overlaps: string[] = [];
        const plugins = new Map<string, LifecyclePlugin>(
          IDS.map((id) => [
            id,
            createPlugin(id, async () => {
              if (inside.has(id)) overlaps.push(id);
              inside.add(id);
              await scheduler.schedule(Promise.resolve(), id);
              inside.delete(id);
            }),
          ]),
        );
        for (const rule of rules) {
          manager.on(rule.on, async ({ id }) => {
            if (id !== rule.of) return;
            await scheduler.schedule(Promise.resolve(), rule.on);
            await manager.transition(plugins.get(rule.id)!, { toState: rule.toState });
          });
        }
        const outcomes = todo.map(async (operation) => {
          await scheduler.schedule(Promise.resolve(), operation.kind);
          const plugin = plugins.get(operation.id)!;
          if (operation.kind === 'transition')
            return await manager.transition(plugin, { toState: operation.toState });
          // A step that was given up goes on in the background; only those of a plugin that stays are watched.
          inside.delete(operation.id);
          if (operation.kind === 'remove') return manager.remove(operation.id);
          return await manager.transitionToError(plugin, { error: new Error('crash') });
        });
        await scheduler.waitFor(Promise.allSettled(outcomes));
        for (const id of IDS) replay(manager, id);
        expect(overlaps).toEqual([]);
      },
    );
    await fc.assert(property, { numRuns: 300, timeout: 5000 });
  }, 60_000);
});
