import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import inspector from 'node:inspector';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import {
  IsolationLevel,
  PluginExecutionError,
  STANDARD,
  SandboxResourceError,
  SandboxSecurityViolation,
  type SandboxContext,
  type SandboxEngine,
  type SandboxExitEvent,
  type SandboxFunction,
  type SandboxReference,
  type SandboxViolationEvent,
  createPolicy,
} from '@truthound/protocols';
import type { HostileAct, Trial } from './hostile-act.ts';
import { SECRET, createScene, writePlugin } from './scene.ts';

/** What the host's own objects look like; the guests are not to change them. */
function readPrototypes(): string {
  const prototypes = [Object, Array, Function, Promise, Error, Map, String].map(
    ({ prototype }) => prototype as object,
  );
  return prototypes.flatMap((prototype) => Reflect.ownKeys(prototype).map(String)).join();
}

const PROTOTYPES = readPrototypes();
const ENVIRONMENT = JSON.stringify(process.env);

/** Enough for a machine that does other things as well; acts that run into the limit set their own. */
const PATIENT_SEC = 60;

/** Tries one act, and answers in sentences what went wrong: nothing, if the sandbox held. */
export async function findProblems(
  act: HostileAct,
  engine: SandboxEngine,
  bystander: SandboxContext,
): Promise<readonly string[]> {
  const scene = await createScene();
  const { bait } = scene;
  const policy = createPolicy({ base: STANDARD, maxExecutionTimeSec: PATIENT_SEC, ...act.policy });
  const violations: SandboxViolationEvent[] = [];
  const logs: string[] = [];
  let context: SandboxContext | undefined;
  let exit: SandboxExitEvent | undefined;
  let error: Trial['error'];
  let value: unknown;
  const host = act.host === undefined ? {} : { host: act.host };
  const startedAt = performance.now();
  const watch = (made: SandboxContext): SandboxContext => {
    made.on('violation', (event) => violations.push(event));
    made.on('log', ({ text }) => logs.length < 1000 && logs.push(text));
    made.on('exit', (event) => (exit = event));
    return made;
  };
  try {
    if (typeof act.attack === 'function') {
      context = watch(await engine.createSandbox('hostile', policy, host));
      value = await engine.execute(context, act.attack as SandboxFunction<[typeof bait]>, bait);
    } else {
      writePlugin(scene.pluginFolder, act.attack, bait);
      context = watch(await engine.createSandbox('hostile', policy, { ...host, plugin: scene.pluginFolder }));
      value = await engine.execute(context, { export: 'attack' }, bait);
    }
  } catch (thrown) {
    error = thrown instanceof Error ? thrown : new Error(`not even an error was thrown: ${String(thrown)}`);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const trial: Trial = {
    bait,
    error,
    value,
    seconds,
    violations,
    logs,
    exit,
    context,
    call: (target, ...args) => engine.execute(context!, target as SandboxReference, ...args),
  };

  const problems: string[] = [];
  const check = async (claim: () => unknown): Promise<void> => {
    try {
      await claim();
    } catch (failure) {
      problems.push(failure instanceof Error ? failure.message : String(failure));
    }
  };
  const describe = (): string =>
    error === undefined
      ? `it answered ${show(value)}`
      : `it failed with ${error.code ?? error.name}: ${error.message.slice(0, 500)}`;

  if (act.verify === undefined) await check(() => assert.ok(!value, `the attack got ${show(value)}`));
  else await check(() => act.verify?.(trial));
  await check(() => {
    checkExpectation(isHidden(engine, context, error) ? withoutDenial(act) : act, trial, describe());
  });
  await check(() => {
    checkReport(act, context);
  });
  const shown = `${show(value)}${logs.join('\n')}${String(error?.stack)}`;
  await check(() => assert.ok(!shown.includes(SECRET), 'the secret came back'));
  // What a signal or a message in flight would do, it does within a turn or two.
  await delay(5);
  problems.push(...scene.findHarm());
  await check(() => assert.equal(readPrototypes(), PROTOTYPES, 'the host’s prototypes were changed'));
  await check(() =>
    assert.equal(JSON.stringify(process.env), ENVIRONMENT, 'the host’s environment was changed'),
  );
  await check(() => assert.equal(inspector.url(), undefined, 'the host’s inspector was opened'));
  await check(async () => {
    assert.equal(await engine.execute(bystander, () => 'alive'), 'alive', 'another sandbox was disturbed');
  });
  if (context !== undefined) await engine.terminate(context);
  await scene.remove();
  return problems;
}

const ABSENT: ReadonlySet<string> = new Set(['ENOENT', 'ESRCH']);

/** What a guest in a tree of its own was not given is not there at all: nothing is denied then, and nothing found. */
function isHidden(engine: SandboxEngine, context: SandboxContext | undefined, error: unknown): boolean {
  const hasOwnTree =
    engine.isolationLevel === IsolationLevel.CONTAINER ||
    context?.enforcement.fileRead.by.includes('bubblewrap') === true;
  return hasOwnTree && error instanceof PluginExecutionError && ABSENT.has(String(error.remoteCode));
}

function withoutDenial({ expect = {}, ...act }: HostileAct): HostileAct {
  const others = Object.entries(expect).filter(([name]) => name !== 'error' && name !== 'denied');
  return { ...act, expect: Object.fromEntries(others) };
}

function checkExpectation({ expect = {} }: HostileAct, trial: Trial, what: string): void {
  const { error } = trial;
  if (expect.error !== undefined) assert.equal(error?.code, expect.error, what);
  if (expect.denied !== undefined) {
    assert.ok(error instanceof SandboxSecurityViolation, `no violation reached the caller: ${what}`);
    assert.equal(error.violationType, expect.denied, what);
  }
  if (expect.resource !== undefined) {
    assert.ok(error instanceof SandboxResourceError, `no exhaustion reached the caller: ${what}`);
    assert.equal(error.resourceType, expect.resource, what);
  }
  if (expect.recorded !== undefined) {
    const types = trial.violations.map(({ type }) => type);
    assert.ok(
      types.includes(expect.recorded),
      `no "${expect.recorded}" violation on record, only [${types.join()}]: ${what}`,
    );
  }
  if (expect.alive !== undefined) assert.equal(trial.context?.isAlive, expect.alive, `isAlive; ${what}`);
}

/** The acts show that the attack was stopped; the report must have claimed no less. */
function checkReport({ attacks }: HostileAct, context: SandboxContext | undefined): void {
  if (context === undefined) return;
  for (const guarantee of attacks)
    assert.equal(context.enforcement[guarantee].status, 'enforced', `the report on ${guarantee}`);
}

function show(value: unknown): string {
  return inspect(value, { getters: false }).slice(0, 2000);
}
