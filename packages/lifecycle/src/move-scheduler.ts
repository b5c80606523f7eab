import { InvalidTransitionError, type LifecycleState } from '@truthound/protocols';
import { type BackgroundErrorListener, toError } from './background-error.ts';
import { SerialQueue } from './serial-queue.ts';
import { TRANSITIONS } from './transitions.ts';
import { Session, Walk, WalkContext } from './walk-context.ts';

/** Handlers that undo each other's moves would go on for ever; this many follow-ups of one call is a mistake. */
const MAX_FOLLOW_UPS = 100;

/** What a turn is asked for. */
export interface Turn {
  readonly pluginId: string;
  /** Where the plugin stands as it is asked for. */
  readonly fromState: LifecycleState;
  readonly toState: LifecycleState;
  readonly signal?: AbortSignal | undefined;
  /** Runs before the moves that wait. */
  readonly isUrgent?: boolean;
}

/** Gives moves their turn: one at a time for each plugin, plugins side by side, and nobody waits for itself. */
export class MoveScheduler {
  readonly #context = new WalkContext();
  readonly #queues = new Map<string, SerialQueue>();
  readonly #report: BackgroundErrorListener;

  constructor(report: BackgroundErrorListener) {
    this.#report = report;
  }

  /** The walk that moves this plugin now. */
  findRunning(pluginId: string): Walk | undefined {
    return this.#context.find(pluginId);
  }

  /**
   * Runs `move` when its plugin is free and answers what it answers. Where the caller is itself in the way,
   * answers `true` at once (it is accepted), and runs `move` later.
   *
   * @throws InvalidTransitionError when moves follow from one another without end.
   */
  async schedule(turn: Turn, move: (walk: Walk) => Promise<boolean>): Promise<boolean> {
    const { pluginId } = turn;
    const caller = this.#context.current();
    if (caller === undefined) return await this.#runFromOutside(turn, move);
    if (this.#context.wouldWaitForItself(caller, pluginId)) {
      this.#addFollowUp(caller.session, turn, move);
      return true;
    }
    const ran = this.#enqueue(turn, caller.session, move);
    return await this.#context.waitAs(caller, pluginId, ran);
  }

  async #runFromOutside(turn: Turn, move: (walk: Walk) => Promise<boolean>): Promise<boolean> {
    const session = new Session();
    try {
      return await this.#enqueue(turn, session, move);
    } finally {
      await session.settle();
    }
  }

  #addFollowUp(session: Session, turn: Turn, move: (walk: Walk) => Promise<boolean>): void {
    const { pluginId, fromState: from, toState: to } = turn;
    if (session.followUpCount >= MAX_FOLLOW_UPS) {
      const vetoReason = `${MAX_FOLLOW_UPS} moves have followed from one call; do its handlers undo each other?`;
      throw new InvalidTransitionError({ pluginId, from, to, allowed: TRANSITIONS[from], vetoReason });
    }
    const ran = this.#enqueue(turn, session, move);
    session.addFollowUp(
      ran.then(
        () => undefined,
        (thrown: unknown) => {
          this.#report(toError(thrown), { pluginId, source: 'follow-up', about: to });
        },
      ),
    );
  }

  #enqueue(
    { pluginId, signal, isUrgent }: Turn,
    session: Session,
    move: (walk: Walk) => Promise<boolean>,
  ): Promise<boolean> {
    let queue = this.#queues.get(pluginId);
    if (queue === undefined) {
      queue = new SerialQueue(() => this.#queues.delete(pluginId));
      this.#queues.set(pluginId, queue);
    }
    const run = (): Promise<boolean> => {
      const walk = new Walk({ pluginId, owner: this.#context, session });
      return this.#context.run(walk, () => move(walk));
    };
    return isUrgent === true ? queue.enqueueUrgent(run) : queue.enqueue(run, signal);
  }
}
