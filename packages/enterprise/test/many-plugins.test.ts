import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { IsolationLevel, LifecycleState, createPolicy, parseConstraint } from '../src/index.ts';
import { countingEngine } from './support/counting-engine.ts';
import { manage } from './support/manage.ts';
import { TEST_POLICY } from './support/policy.ts';
import { Workshop } from './support/workshop.ts';

const COUNT = 100;
const name = (index: number): string => `plugin-${String(index).padStart(4, '0')}`;

describe('many plugins', () => {
  it(
    '100 in ten layers are loaded, dependencies first, no more at a time than allowed',
    { timeout: 180_000 },
    async () => {
      await using workshop = await Workshop.create();
      await Promise.all(
        Array.from({ length: COUNT }, (_each, index) =>
          workshop.plugin(name(index), {
            sign: false,
            code: `export const index = () => ${String(index)};`,
            manifest: index < 10 ? {} : { dependencies: { [name(index - 10)]: '^1.0.0' } },
          }),
        ),
      );
      let [starting, most] = [0, 0];
      await using manager = await manage(
        workshop,
        { requireSignature: false, parallelLoads: 4 },
        countingEngine((change) => {
          starting += change;
          most = Math.max(most, starting);
        }),
      );
      const order: string[] = [];
      manager.lifecycle.on('after-activate', ({ id }) => order.push(id));
      const { succeeded, failed } = await manager.loadAll();
      expect(failed).toEqual([]);
      expect(succeeded).toHaveLength(COUNT);
      expect(most).toBeLessThanOrEqual(4);
      expect(most).toBeGreaterThan(1);
      for (let index = 10; index < COUNT; index += 1)
        expect(order.indexOf(name(index))).toBeGreaterThan(order.indexOf(name(index - 10)));
      const answers = await Promise.all(order.map((id) => manager.getPlugin(id).call('index')));
      expect(answers.toSorted((a, b) => Number(a) - Number(b))).toEqual(
        Array.from({ length: COUNT }, (_each, index) => index),
      );
      await manager.unloadAll();
      expect(manager.lifecycle.getPluginsInState(LifecycleState.UNLOADED)).toHaveLength(COUNT);
    },
  );

  it('are put in order once, and not once more for each that is loaded', async () => {
    await using workshop = await Workshop.create();
    const count = 40;
    for (let index = 0; index < count; index += 1)
      await workshop.plugin(name(index), {
        sign: false,
        manifest: index === 0 ? {} : { dependencies: { [name(0)]: '^1.0.0' } },
      });
    let read = 0;
    const parseRange = (text: string): ReturnType<typeof parseConstraint> => {
      read += 1;
      return parseConstraint(text);
    };
    const defaultSecurityPolicy = createPolicy({ base: TEST_POLICY, isolationLevel: IsolationLevel.NONE });
    const config = { requireSignature: false, defaultSecurityPolicy };
    await using manager = await manage(workshop, config, { parseRange });
    expect((await manager.loadAll()).failed).toEqual([]);
    // Some times for each plugin, whose manifest is read again when it is loaded; not for each pair of them.
    expect(read).toBeLessThan(10 * count);
  });

  it('1,000 manifests are discovered', async () => {
    await using workshop = await Workshop.create();
    await Promise.all(
      Array.from({ length: 1000 }, async (_each, index) => {
        const folder = workshop.pluginPath(name(index));
        await mkdir(folder);
        const packageJson = {
          name: name(index),
          version: '1.0.0',
          truthound: { dependencies: { [name(0)]: '*' } },
        };
        await writeFile(join(folder, 'package.json'), JSON.stringify(packageJson));
      }),
    );
    await using manager = await manage(workshop);
    expect(manager.listPlugins()).toHaveLength(1000);
    expect(manager.discoveryProblems).toEqual([]);
  });
});
