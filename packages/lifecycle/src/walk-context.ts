/**
 * Who is moving what, and who waits for whom: what keeps handlers from waiting for themselves.
 *
 * A handler or step that asks for another move runs inside a walk; Node's AsyncLocalStorage tells which.
 * Waiting is refused only where it could never end: when the plugin it would wait for is held, directly or
 * over other walks, by the walk that asks.
 *
 * @module
 */
import { AsyncLocalStorage } from 'node:async_hooks';

/** What hangs together: a call from outside, and every move its handlers and steps ask for. */
export class Session {
  readonly #pending = new Set<Promise<void>>();
  #followUpCount = 0;

  get followUpCount(): number {
    return this.#followUpCount;
  }

  /** Adds a move that runs later. `move` never rejects. */
  addFollowUp(move: Promise<void>): void {
    this.#followUpCount += 1;
    this.#pending.add(move);
    void move.then(() => this.#pending.delete(move));
  }

  /** Resolves once every follow-up, and theirs, has ended. */
  async settle(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }
}

/** One plugin on its way: the holder of that plugin's lock. */
export class Walk {
  readonly pluginId: string;
  readonly owner: WalkContext;
  readonly session: Session;
  /** The walk, of whatever manager, that this one was begun inside of. */
  outer: Walk | undefined;
  /** Plugins whose lock something inside this walk is waiting for. */
  readonly waitsFor: Set<{ readonly pluginId: string }> = new Set<{ readonly pluginId: string }>();
  isRunning: boolean = true;
  readonly #failure = new AbortController();
  #failureMetadata: Readonly<Record<string, unknown>> = {};

  constructor(facts: { pluginId: string; owner: WalkContext; session: Session }) {
    this.pluginId = facts.pluginId;
    this.owner = facts.owner;
    this.session = facts.session;
  }

  /** Aborted, with the error as its reason, when the plugin is reported to have failed meanwhile. */
  get failureSignal(): AbortSignal {
    return this.#failure.signal;
  }

  /** What was said with the report. */
  get failureMetadata(): Readonly<Record<string, unknown>> {
    return this.#failureMetadata;
  }

  /** Tells the walk that its plugin failed; the first report counts. */
  reportFailure(error: Error, metadata: Readonly<Record<string, unknown>>): void {
    if (this.#failure.signal.aborted) return;
    this.#failureMetadata = metadata;
    this.#failure.abort(error);
  }
}

/**
 * One for all managers of the process: in Node 22 every instance in use slows every promise down, and
 * a call may lead from one manager over another back to the first. A walk knows whose it is.
 */
const storage = new AsyncLocalStorage<Walk>();

function findInnermost(isMeant: (walk: Walk) => boolean): Walk | undefined {
  let walk = storage.getStore();
  while (walk !== undefined && !(walk.isRunning && isMeant(walk))) walk = walk.outer;
  return walk;
}

/** The walks of one manager. */
export class WalkContext {
  readonly #running = new Map<string, Walk>();

  /** The innermost walk, still under way, that the present code runs inside of. */
  current(): Walk | undefined {
    return findInnermost(({ owner }) => owner === this);
  }

  /** The walk that holds this plugin's lock now. */
  find(pluginId: string): Walk | undefined {
    return this.#running.get(pluginId);
  }

  /** Runs `work` as `walk`, which holds the lock of its plugin. */
  async run<Result>(walk: Walk, work: () => Promise<Result>): Promise<Result> {
    // Walks that have ended are skipped, or those begun by timers of each other would form an endless chain.
    walk.outer = findInnermost(() => true);
    this.#running.set(walk.pluginId, walk);
    try {
      return await storage.run(walk, work);
    } finally {
      walk.isRunning = false;
      this.#running.delete(walk.pluginId);
    }
  }

  /** Whether `caller` would wait for itself if it waited for the lock of `pluginId`. */
  wouldWaitForItself(caller: Walk, pluginId: string): boolean {
    const reachable = new Set([pluginId]);
    for (const each of reachable) {
      if (each === caller.pluginId) return true;
      for (const next of this.#running.get(each)?.waitsFor ?? []) reachable.add(next.pluginId);
    }
    return false;
  }

  /** Waits for `move`, and lets it be known that `caller` does. */
  async waitAs<Result>(caller: Walk, pluginId: string, move: Promise<Result>): Promise<Result> {
    const wait = { pluginId };
    caller.waitsFor.add(wait);
    try {
      return await move;
    } finally {
      caller.waitsFor.delete(wait);
    }
  }
}
