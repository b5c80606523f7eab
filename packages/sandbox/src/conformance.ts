/**
 * What every sandbox engine must do, whatever its isolation level: as data, for any test runner.
 *
 * ```ts
 * test.each(sandboxEngineConformance)('$title', async ({ run }) => {
 *   await using engine = new MyEngine();
 *   await run(engine, policy);
 * });
 * ```
 *
 * @module
 */
import assert from 'node:assert/strict';
import {
  PluginExecutionError,
  type SandboxContext,
  type SandboxEngine,
  SandboxError,
  SandboxTimeoutError,
  type SecurityPolicy,
  createPolicy,
} from '@truthound/protocols';

/** One thing an engine must do. `run` throws where it does not. */
export interface ConformanceCase {
  readonly title: string;
  run(engine: SandboxEngine, policy: SecurityPolicy): Promise<void>;
}

/** What a sandboxed function finds in its global scope. */
interface Guest {
  readonly truthound: {
    readonly host: Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>;
  };
}

async function withSandbox(
  engine: SandboxEngine,
  policy: SecurityPolicy,
  use: (context: SandboxContext) => Promise<void>,
): Promise<void> {
  await using context = await engine.createSandbox('conformance', policy);
  await use(context);
}

/** Every structured value that crosses unchanged. */
function createSample(): Record<string, unknown> {
  const shared = { of: 'two places' };
  const cycle: Record<string, unknown> = { name: 'cycle' };
  cycle['self'] = cycle;
  return {
    text: 'grüße 🌦 \u0000 "quoted"',
    numbers: [0, -0, 1.5, NaN, Infinity, -Infinity, Number.MAX_SAFE_INTEGER],
    nothing: [null, undefined],
    big: 123456789012345678901234567890n,
    date: new Date(1e12),
    map: new Map<unknown, unknown>([
      ['key', { nested: true }],
      [1, 'one'],
    ]),
    set: new Set([1, 'two']),
    bytes: new Uint8Array([0, 1, 255]),
    floats: new Float64Array([1.5, -2.5]),
    pattern: /ab/giu,
    tagged: { $: ['date', 0] },
    pair: [shared, shared],
    cycle,
  };
}

/** What every engine must do. */
export const sandboxEngineConformance: readonly ConformanceCase[] = Object.freeze<ConformanceCase[]>([
  {
    title: 'returns what a function returns',
    run: (engine, policy) =>
      withSandbox(engine, policy, async (context) => {
        assert.equal(await engine.execute(context, (a: number, b: number) => a + b, 1, 2), 3);
      }),
  },
  {
    title: 'awaits what an asynchronous function returns',
    run: (engine, policy) =>
      withSandbox(engine, policy, async (context) => {
        const result = await engine.execute(
          context,
          async (text: string) => {
            await new Promise((resolve) => setTimeout(resolve, 1));
            return text.toUpperCase();
          },
          'later',
        );
        assert.equal(result, 'LATER');
      }),
  },
  {
    title: 'carries structured values both ways unchanged',
    run: (engine, policy) =>
      withSandbox(engine, policy, async (context) => {
        const sample = createSample();
        const echoed = await engine.execute(context, (value: Record<string, unknown>) => value, sample);
        assert.deepStrictEqual(echoed, sample);
        const [first, second] = echoed['pair'] as readonly unknown[];
        assert.equal(first, second);
      }),
  },
  {
    title: 'reports what a function throws with its name, message and stack',
    run: (engine, policy) =>
      withSandbox(engine, policy, async (context) => {
        const failure: unknown = await engine
          .execute(context, () => {
            throw new RangeError('too far', { cause: new Error('the reason') });
          })
          .catch((error: unknown) => error);
        if (failure instanceof PluginExecutionError) {
          assert.equal(failure.remoteName, 'RangeError');
          assert.equal(failure.remoteMessage, 'too far');
          assert.match(String(failure.remoteStack), /RangeError: too far/);
          assert.ok(failure.cause instanceof PluginExecutionError);
          assert.equal(failure.cause.remoteMessage, 'the reason');
        } else {
          // Without isolation the error is the plugin's own.
          assert.ok(failure instanceof RangeError);
          assert.equal(failure.message, 'too far');
        }
      }),
  },
  {
    title: 'stays usable after a call that failed',
    run: (engine, policy) =>
      withSandbox(engine, policy, async (context) => {
        await assert.rejects(
          engine.execute(context, () => {
            throw new Error('once');
          }),
        );
        assert.equal(context.isAlive, true);
        assert.equal(await engine.execute(context, () => 'again'), 'again');
      }),
  },
  {
    title: 'runs calls side by side',
    run: (engine, policy) =>
      withSandbox(engine, policy, async (context) => {
        const echo = async (index: number): Promise<number> => {
          await new Promise((resolve) => setTimeout(resolve, index % 3));
          return index;
        };
        const indexes = Array.from({ length: 50 }, (_, index) => index);
        assert.deepEqual(
          await Promise.all(indexes.map((index) => engine.execute(context, echo, index))),
          indexes,
        );
      }),
  },
  {
    title: 'ends a call that takes too long, and its sandbox with it',
    run: async (engine, policy) => {
      const hurried = createPolicy({ base: policy, maxExecutionTimeSec: 0.2 });
      await withSandbox(engine, hurried, async (context) => {
        await assert.rejects(
          engine.execute(context, () => new Promise((resolve) => setTimeout(resolve, 60_000))),
          (error) =>
            error instanceof SandboxTimeoutError &&
            error.timeoutSeconds === 0.2 &&
            error.executionTime >= 0.19,
        );
        assert.equal(context.isAlive, false);
      });
    },
  },
  {
    title: 'gives a call up when its signal aborts, with the signal’s reason',
    run: (engine, policy) =>
      withSandbox(engine, policy, async (context) => {
        const abort = new AbortController();
        const call = engine.invoke(context, () => new Promise((resolve) => setTimeout(resolve, 300)), [], {
          signal: abort.signal,
        });
        abort.abort(new Error('no longer wanted'));
        await assert.rejects(call, /no longer wanted/);
      }),
  },
  {
    title: 'refuses calls after it was terminated, and can be terminated twice',
    run: (engine, policy) =>
      withSandbox(engine, policy, async (context) => {
        await engine.terminate(context);
        await engine.terminate(context);
        assert.equal(context.isAlive, false);
        await assert.rejects(
          engine.execute(context, () => 1),
          SandboxError,
        );
      }),
  },
  {
    title: 'tells when a sandbox has ended, once',
    run: (engine, policy) =>
      withSandbox(engine, policy, async (context) => {
        let ends = 0;
        context.on('exit', () => {
          ends += 1;
        });
        await engine.terminate(context);
        assert.equal(ends, 1);
      }),
  },
  {
    title: 'keeps sandboxes apart',
    run: async (engine, policy) => {
      await using first = await engine.createSandbox('first', policy);
      await using second = await engine.createSandbox('second', policy);
      assert.notEqual(first.sandboxId, second.sandboxId);
      await engine.terminate(first);
      assert.equal(await engine.execute(second, () => 'alive'), 'alive');
    },
  },
  {
    title: 'reports every guarantee, and counts calls and errors',
    run: (engine, policy) =>
      withSandbox(engine, policy, async (context) => {
        assert.ok(
          Object.values(context.enforcement).every(
            ({ status, detail }) => status.length > 0 && detail.length > 0,
          ),
        );
        await engine.execute(context, () => 1);
        await assert.rejects(
          engine.execute(context, () => {
            throw new Error('counted');
          }),
        );
        const usage = await context.resourceUsage();
        assert.equal(usage.calls, 2);
        assert.equal(usage.errors, 1);
      }),
  },
  {
    title: 'ends everything on cleanup, which can be called twice',
    run: async (engine, policy) => {
      const context = await engine.createSandbox('to be cleaned up', policy);
      await engine.cleanup();
      await engine.cleanup();
      assert.equal(context.isAlive, false);
    },
  },
]);

/** What engines that isolate must do on top: the host is reached by granted functions only, and nothing is inherited. */
export const isolatingEngineConformance: readonly ConformanceCase[] = Object.freeze<ConformanceCase[]>([
  {
    title: 'lets a function call the host functions it was given, and no others',
    run: async (engine, policy) => {
      await using context = await engine.createSandbox('conformance', policy, {
        host: { 'kv.get': (key: string) => `value of ${key}` },
      });
      const call = async (key: string): Promise<unknown> =>
        (globalThis as unknown as Guest).truthound.host['kv.get']?.(key);
      assert.equal(await engine.execute(context, call, 'color'), 'value of color');
      const list = (): string[] => Object.keys((globalThis as unknown as Guest).truthound.host);
      assert.deepEqual(await engine.execute(context, list), ['kv.get']);
    },
  },
  {
    title: 'streams what a generator yields, no faster than it is read',
    run: (engine, policy) =>
      withSandbox(engine, policy, async (context) => {
        const stream = await engine.execute(
          context,
          async function* (count: number) {
            for (let index = 0; index < count; index += 1) yield index;
          },
          100,
        );
        const items: unknown[] = [];
        for await (const item of stream as AsyncIterable<unknown>) items.push(item);
        assert.deepEqual(
          items,
          Array.from({ length: 100 }, (_, index) => index),
        );
      }),
  },
  {
    title: 'names the path of what cannot cross',
    run: (engine, policy) =>
      withSandbox(engine, policy, async (context) => {
        await assert.rejects(
          engine.execute(context, () => ({ rows: [{}, { fn: () => 1 }] })),
          /result\.rows\[1\]\.fn: functions cannot cross/,
        );
        await assert.rejects(
          engine.execute(context, (value: unknown) => value, { secret: Symbol('x') }),
          /args\[0\]\.secret: symbols cannot cross/,
        );
      }),
  },
  {
    title: 'names the variable that a function uses from around it',
    run: (engine, policy) =>
      withSandbox(engine, policy, async (context) => {
        const outside = 42;
        await assert.rejects(
          engine.execute(context, () => outside),
          /uses "outside" from around it/,
        );
      }),
  },
  {
    title: 'gives the guest no environment variables but its own',
    run: async (engine, policy) => {
      await using context = await engine.createSandbox('conformance', policy, { env: { REGION: 'north' } });
      assert.deepEqual(await engine.execute(context, () => ({ ...process.env })), { REGION: 'north' });
    },
  },
  {
    title: 'gives calls in flight the reason when the guest ends itself',
    run: (engine, policy) =>
      withSandbox(engine, policy, async (context) => {
        await assert.rejects(
          engine.execute(context, () => process.exit(7)),
          (error) => error instanceof SandboxError && error.exitCode === 7,
        );
        assert.equal(context.isAlive, false);
      }),
  },
  {
    title: 'ends a guest that never yields',
    run: async (engine, policy) => {
      const hurried = createPolicy({ base: policy, maxExecutionTimeSec: 0.3 });
      await withSandbox(engine, hurried, async (context) => {
        await assert.rejects(
          engine.execute(context, () => {
            for (;;);
          }),
          SandboxTimeoutError,
        );
      });
    },
  },
]);
