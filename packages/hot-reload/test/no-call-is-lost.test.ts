/**
 * Random interleavings of calls, reloads, failures and time, against what must always hold:
 * every call is answered once, by the version it began on, which had been found healthy before;
 * state is neither lost nor made twice; and nothing is left over.
 */
import { LifecycleState, ReloadError, type ReloadResult, ReloadStrategy } from '@truthound/protocols';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PLUGIN, type Setup, createSetup } from './support/create-setup.ts';
import { RefusedCallError } from './support/fake-loader.ts';
import { type FakeBehaviour, type FakeInstance, createBehaviour } from './support/fake-plugin.ts';

const FLAWS = {
  none: {},
  prepareFails: { prepare: () => Promise.reject(new Error('flaw')) },
  startFails: { start: () => Promise.reject(new Error('flaw')) },
  activateFails: { activate: () => Promise.reject(new Error('flaw')) },
  activateHangs: { activate: () => new Promise<void>(() => undefined) },
  isUnhealthy: { health: () => ({ isHealthy: false }) },
  healthHangs: { health: () => new Promise<never>(() => undefined) },
  disposeFails: { dispose: () => Promise.reject(new Error('flaw')) },
  readsNoState: { state: { version: 1, accepts: [] } },
  deactivateHangs: { deactivate: () => new Promise<void>(() => undefined) },
} satisfies Record<string, Partial<FakeBehaviour>>;

const index = fc.nat(20);
const operation = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('call'), index }) },
  { weight: 5, arbitrary: fc.record({ type: fc.constant('finish'), index }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('fail'), index }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('reload'),
      strategy: fc.constantFrom(...Object.values(ReloadStrategy)),
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('advance'), durationMs: fc.nat(700) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('settle') }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('abort') }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('crash'), index }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('publish'),
      flaw: fc.constantFrom(...(Object.keys(FLAWS) as (keyof typeof FLAWS)[])),
    }),
  },
);

type Operation = typeof operation extends fc.Arbitrary<infer Each> ? Each : never;

interface TrackedCall {
  began: FakeInstance | undefined;
  settlements: number;
  answer: string | undefined;
  error: unknown;
  stateAtEnd: LifecycleState | undefined;
}

class Model {
  readonly setup: Setup;
  readonly calls: TrackedCall[] = [];
  readonly reloads: Promise<ReloadResult>[] = [];
  readonly hasState: boolean;
  finished = 0;
  isStateLost = false;
  #published = 1;

  constructor(instanceCount: number, hasState: boolean) {
    this.hasState = hasState;
    this.setup = createSetup({
      instanceCount,
      v1: { hasState },
      v2: { hasState },
      options: {
        drainTimeoutMs: 1_000,
        startTimeoutMs: 300,
        healthTimeoutMs: 300,
        bakeErrorLimit: 1,
        rollingPauseMs: 50,
      },
    });
  }

  async run(step: Operation): Promise<void> {
    const { manager, clock, loader } = this.setup;
    if (step.type === 'call') this.#call(step.index);
    else if (step.type === 'finish') this.finish(step.index, 1);
    else if (step.type === 'fail') this.#pick(step.index)?.failCall(new Error('plugin fault'));
    else if (step.type === 'reload') this.reloads.push(manager.reload(PLUGIN, { strategy: step.strategy }));
    else if (step.type === 'advance') await clock.advance(step.durationMs);
    else if (step.type === 'settle') await clock.settle();
    else if (step.type === 'crash') this.#crash(step.index);
    else if (step.type === 'abort') void manager.abort(PLUGIN);
    else {
      this.#published += 1;
      loader.onDisk = createBehaviour(`${this.#published}.0.0`, {
        hasState: this.hasState,
        ...FLAWS[step.flaw],
      });
    }
  }

  /** Ends calls on one of the instances that have some. */
  finish(at: number, count: number): void {
    const instance = this.#pick(at);
    if (instance === undefined) return;
    const before = instance.callsInFlight;
    instance.finish(count);
    const finished = before - instance.callsInFlight;
    this.finished += finished;
    instance.data = Number(instance.data ?? 0) + finished;
  }

  /** Lets every reload and every call come to its end. */
  async settleAll(): Promise<readonly ReloadResult[]> {
    const results = await this.setup.clock.until(Promise.all(this.reloads));
    await this.setup.clock.settle();
    for (let rounds = 0; rounds < 50; rounds += 1) this.finish(0, Infinity);
    await this.setup.clock.settle();
    return results;
  }

  #pick(at: number): FakeInstance | undefined {
    const busy = this.setup.loader.all.filter(({ callsInFlight }) => callsInFlight > 0);
    return busy[at % busy.length];
  }

  /** Ends an instance that serves. Outside of a reload that is its host's affair. */
  #crash(at: number): void {
    const { loader, lifecycle } = this.setup;
    if (lifecycle.getState(PLUGIN) !== LifecycleState.RELOADING) return;
    const alive = loader.serving.filter(({ isAlive }) => isAlive);
    const instance = alive[at % alive.length];
    if (instance === undefined) return;
    // What it had and nobody else has is lost, and no reload can help it.
    this.isStateLost = true;
    instance.crash(new Error('plugin fault'));
  }

  #call(at: number): void {
    const { loader, lifecycle } = this.setup;
    // A host makes no calls to a plugin that is down.
    if (lifecycle.getState(PLUGIN) === LifecycleState.ERROR) return;
    const call: TrackedCall = {
      began: undefined,
      settlements: 0,
      answer: undefined,
      error: undefined,
      stateAtEnd: undefined,
    };
    this.calls.push(call);
    const onBegin = (instance: FakeInstance): void => {
      expect(call.began, 'a call reached an instance twice').toBeUndefined();
      expect(instance.isHealthy, `${instance.instanceId} was called and never found healthy`).toBe(true);
      call.began = instance;
    };
    loader.call(at, onBegin).then(
      (answer) => {
        call.settlements += 1;
        call.answer = answer;
      },
      (error: unknown) => {
        call.settlements += 1;
        call.error = error;
        call.stateAtEnd = lifecycle.getState(PLUGIN);
      },
    );
  }
}

/** What is wrong with how a call ended; `undefined` when nothing is. */
function findFault({ began, settlements, answer, error, stateAtEnd }: TrackedCall): string | undefined {
  if (settlements !== 1) return `settled ${settlements} times`;
  if (error instanceof RefusedCallError)
    return stateAtEnd === LifecycleState.ERROR
      ? undefined
      : `refused while the plugin was ${String(stateAtEnd)}`;
  if (began === undefined) return `never reached an instance: ${String(error)}`;
  if (answer !== undefined)
    return answer === began.version ? undefined : `${began.version} began, ${answer} answered`;
  const isExpected =
    error instanceof ReloadError ? error.step === 'interrupted' : (error as Error).message === 'plugin fault';
  return isExpected ? undefined : String(error);
}

/** Calls that the reloads say they cut off; a result that several share counts once. */
function countCuts(results: readonly ReloadResult[]): number {
  return [...new Set(results)].reduce((sum, { aborted }) => sum + aborted, 0);
}

describe('Whatever happens around a reload', () => {
  const scenario = fc.record({
    operations: fc.array(operation, { maxLength: 40, size: 'max' }),
    instanceCount: fc.integer({ min: 1, max: 3 }),
    hasState: fc.boolean(),
  });

  it(
    'no call is lost, made twice, or answered by another version than it began on or by one never healthy',
    { timeout: 180_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(scenario, async ({ operations, instanceCount, hasState }) => {
          const model = new Model(instanceCount, hasState);
          for (const step of operations) await model.run(step);
          const results = await model.settleAll();
          const { loader, lifecycle, clock, warnings } = model.setup;

          expect(model.calls.map(findFault).filter((fault) => fault !== undefined)).toEqual([]);
          const interrupted = model.calls.filter(({ error }) => error instanceof ReloadError);
          expect(countCuts(results)).toBe(interrupted.length);

          expect(loader.isHeld).toBe(false);
          expect(loader.freedPreparations).toBe(loader.prepared);
          // A plugin is given up only when nobody serves it any more, and never in silence.
          const isDown = loader.serving.every(({ isAlive }) => !isAlive);
          expect(lifecycle.getState(PLUGIN)).toBe(isDown ? LifecycleState.ERROR : LifecycleState.ACTIVE);
          expect(loader.serving.filter(({ isAlive }) => isAlive)).toEqual(
            expect.arrayContaining([...loader.live]),
          );
          expect(
            loader.serving.every(({ isAlive, isActive, isHealthy }) => isAlive === isActive && isHealthy),
          ).toBe(true);
          expect(lifecycle.handlerCount).toBe(0);
          expect(clock.pending).toBe(0);

          const isStateLost =
            model.isStateLost || warnings.some(({ message }) => message.includes('is lost'));
          const kept = loader.serving.reduce((sum, { data }) => sum + Number(data ?? 0), 0);
          expect(kept).toBe(hasState && !isStateLost ? model.finished : kept);
        }),
        { numRuns: 400 },
      );
    },
  );
});
