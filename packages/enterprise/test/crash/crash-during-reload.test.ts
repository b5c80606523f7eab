import { LifecycleState, SandboxError } from '@truthound/protocols';
import { describe, expect, it } from 'vitest';
import type { EnterprisePluginManager } from '../../src/index.ts';
import { manage } from '../support/manage.ts';
import { Workshop } from '../support/workshop.ts';

interface Crasher {
  version(): number;
  pid(): number;
  crash(): void;
  hang(): void;
}

function codeOf(version: number, activate = ''): string {
  return `
    export const version = () => ${String(version)};
    export const pid = () => process.pid;
    export const crash = () => process.exit(3);
    export const hang = () => new Promise(() => {});
    export const activate = async () => { ${activate} };
  `;
}

/** Version 1 serves; version 2 waits in `activate` until it is let go on, and then does `afterwards`. */
async function publish(workshop: Workshop, version: number, afterwards = ''): Promise<void> {
  await workshop.plugin('crasher', {
    version: `${String(version)}.0.0`,
    code: codeOf(version, version === 1 ? '' : `await truthound.host.wait(); ${afterwards}`),
    manifest: { permissions: { host: ['wait'] } },
  });
}

/** A host function that new versions wait in. */
class Waiting {
  readonly begun: Promise<void>;
  goOn: () => void = () => undefined;
  readonly #gate = new Promise<void>((resolve) => {
    this.goOn = resolve;
  });
  #onBegun: () => void = () => undefined;

  constructor() {
    this.begun = new Promise((resolve) => {
      this.#onBegun = resolve;
    });
  }

  readonly wait = (): Promise<void> => {
    this.#onBegun();
    return this.#gate;
  };
}

function recordErrors(manager: EnterprisePluginManager): unknown[] {
  const errors: unknown[] = [];
  manager.lifecycle.on('on-error', (_plugin, _event, { error }) => errors.push(error));
  return errors;
}

describe('a guest that dies while its plugin is reloaded', () => {
  it('was the only one: calls wait for the new version', async () => {
    await using workshop = await Workshop.create();
    await publish(workshop, 1);
    const { wait, begun, goOn } = new Waiting();
    await using manager = await manage(workshop, { host: { wait }, reload: { bakeTimeMs: 0 } });
    const errors = recordErrors(manager);
    const handle = await manager.load<Crasher>('crasher');
    await publish(workshop, 2);
    const reload = manager.reload('crasher');
    await begun;
    expect(await handle.call('crash').catch((error: unknown) => error)).toBeInstanceOf(SandboxError);
    expect(handle.state).toBe(LifecycleState.RELOADING);
    const answer = handle.call('version');
    goOn();
    expect(await answer).toBe(2);
    expect((await reload).error).toBeUndefined();
    expect(errors).toEqual([]);
  });

  it(
    'was one of two, and the reload fails: the other keeps its calls, and gets company again',
    { timeout: 180_000 },
    async () => {
      await using workshop = await Workshop.create();
      await publish(workshop, 1);
      const { wait, begun, goOn } = new Waiting();
      await using manager = await manage(workshop, {
        host: { wait },
        instances: { crasher: 2 },
        restart: { initialDelayMs: 0, maxDelayMs: 0 },
        reload: { bakeTimeMs: 0 },
      });
      const errors = recordErrors(manager);
      const handle = await manager.load<Crasher>('crasher');
      const pids = async (): Promise<number> =>
        new Set(await Promise.all([handle.call('pid'), handle.call('pid')])).size;
      expect(await pids()).toBe(2);
      const refilled = new Promise<void>((resolve) => {
        manager.on('supervision', ({ type }) => {
          if (type === 'restarted') resolve();
        });
      });
      await publish(workshop, 2, 'throw new Error("no")');
      const reload = manager.reload('crasher');
      await begun;
      await handle.call('crash').catch(() => undefined);
      const stop = new AbortController();
      const inFlight = handle.invoke('hang', [], { signal: stop.signal }).catch((error: unknown) => error);
      goOn();
      expect(await reload).toMatchObject({ success: false, rolledBack: false });
      expect(handle.state).toBe(LifecycleState.ACTIVE);
      await refilled;
      const reason = new Error('enough');
      stop.abort(reason);
      expect(await inFlight).toBe(reason);
      expect(await pids()).toBe(2);
      expect(await handle.call('version')).toBe(1);
      expect(errors).toEqual([]);
    },
  );
});
