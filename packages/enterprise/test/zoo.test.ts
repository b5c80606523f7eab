import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LifecycleState, createPolicy } from '@truthound/protocols';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BulkResult, EnterprisePluginManager } from '../src/index.ts';
import { TEST_POLICY } from './support/policy.ts';
import { Workshop } from './support/workshop.ts';
import { BADLY_BEHAVED } from './support/zoo/badly-behaved.ts';
import { BADLY_DESCRIBED } from './support/zoo/badly-described.ts';
import { BADLY_MATCHED } from './support/zoo/badly-matched.ts';
import { BADLY_SIGNED } from './support/zoo/badly-signed.ts';

const ZOO = [...BADLY_SIGNED, ...BADLY_MATCHED, ...BADLY_DESCRIBED, ...BADLY_BEHAVED];

const GOOD = Array.from({ length: 10 }, (_each, index) => `good-${String(index)}`);
const HURRIED = createPolicy({ base: TEST_POLICY, maxExecutionTimeSec: 1 });

// Windows has no pipes among its files, and lets not everybody make links.
describe.skipIf(process.platform === 'win32')(
  'a zoo of hostile and broken plugins beside ten good ones',
  () => {
    let workshop: Workshop;
    let manager: EnterprisePluginManager;
    let loaded: BulkResult;
    let canary: string;

    beforeAll(async () => {
      workshop = await Workshop.create();
      canary = join(workshop.root, 'canary');
      const writing = `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(canary)}, 'I ran');`;
      for (const [index, id] of GOOD.entries())
        await workshop.plugin(id, {
          code: `export const index = () => ${String(index)};`,
          manifest: index === 0 ? {} : { dependencies: { 'good-0': '^1.0.0' } },
        });
      for (const inmate of ZOO) await inmate.build(workshop, writing);
      manager = new EnterprisePluginManager(
        workshop.config({
          defaultSecurityPolicy: TEST_POLICY,
          restart: false,
          policies: {
            hangs: HURRIED,
            waits: HURRIED,
            eats: createPolicy({ base: TEST_POLICY, maxMemoryMb: 64 }),
            'lonely-signer': createPolicy({ base: TEST_POLICY, requiredSignatures: 2 }),
          },
        }),
      );
      await manager.discoverPlugins();
      loaded = await manager.loadAll();
    }, 60_000);

    afterAll(async () => {
      await manager[Symbol.asyncDispose]();
      await workshop[Symbol.asyncDispose]();
    });

    it.each(ZOO.filter(({ at }) => at === 'discovery'))(
      '"$id" is refused when it is looked for',
      ({ id, error: Refusal, message }) => {
        const problem = manager.discoveryProblems.find(({ path }) => path === workshop.pluginPath(id));
        expect(problem?.error).toBeInstanceOf(Refusal);
        expect(problem?.error.message).toMatch(message);
        expect(manager.listPlugins().map(({ path }) => path)).not.toContain(workshop.pluginPath(id));
      },
    );

    it.each(ZOO.filter(({ at }) => at === 'load'))(
      '"$id" is refused when it is loaded',
      ({ id, error: Refusal, message }) => {
        const failure = loaded.failed.find(({ pluginId }) => pluginId === id);
        expect(failure?.error).toBeInstanceOf(Refusal);
        expect(failure?.error.message).toMatch(message);
        expect(manager.getPlugin(id).state).not.toBe(LifecycleState.ACTIVE);
      },
    );

    it('has nobody in it that is refused for nothing, and leaves the ten good ones working', async () => {
      expect(loaded.succeeded.toSorted()).toEqual(GOOD);
      expect(loaded.failed).toHaveLength(ZOO.filter(({ at }) => at === 'load').length);
      expect(manager.discoveryProblems).toHaveLength(ZOO.filter(({ at }) => at === 'discovery').length);
      const answers = await Promise.all(GOOD.map((id) => manager.getPlugin(id).call('index')));
      expect(answers).toEqual(GOOD.map((_id, index) => index));
    });

    it('never got its mark out of a sandbox', () => {
      expect(existsSync(canary)).toBe(false);
    });
  },
);
