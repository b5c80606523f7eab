import { ReloadStrategy } from '@truthound/protocols';
import { describe, expect, it } from 'vitest';
import { manage } from '../support/manage.ts';
import { Workshop } from '../support/workshop.ts';

const TOP = `
  let plugins;
  export const activate = (context) => { plugins = context.plugins; };
  export const ask = async (n) => plugins.base.call("answer", n);
`;

describe('a plugin whose dependency is replaced', () => {
  it.each([ReloadStrategy.GRACEFUL, ReloadStrategy.ROLLING])(
    'W-62: keeps calling it, through what it was given when it was activated (%s)',
    async (strategy) => {
      await using workshop = await Workshop.create();
      const publish = (version: number): Promise<string> =>
        workshop.plugin('base', {
          version: `1.${String(version)}.0`,
          code: `export const answer = (n) => ({ n, version: ${String(version)} });`,
        });
      await publish(0);
      await workshop.plugin('top', { manifest: { dependencies: { base: '^1.0.0' } }, code: TOP });
      await using manager = await manage(workshop, { instances: { base: 2 }, reload: { bakeTimeMs: 0 } });
      const top = await manager.load('top');
      const answers: unknown[] = [];
      const stop = new AbortController();
      const calling = (async () => {
        for (let n = 0; !stop.signal.aborted; n += 1) {
          answers.push(await top.call('ask', n));
        }
      })();
      for (let version = 1; version <= 3; version += 1) {
        await publish(version);
        expect(await manager.reload('base', { strategy })).toMatchObject({ success: true, aborted: 0 });
        expect(await top.call('ask', version as never)).toEqual({ n: version, version });
      }
      stop.abort();
      await calling;
      expect(answers.map((answer) => (answer as { n: number }).n)).toEqual([...answers.keys()]);
      expect(manager.lifecycle.getHistory('top').map(({ toState }) => toState)).not.toContain('reloading');
    },
  );

  it('W-62: is not served a version that it does not accept: the reload says so, and the old one stays', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('base', { code: 'export const answer = () => 1;' });
    await workshop.plugin('top', { manifest: { dependencies: { base: '^1.0.0' } }, code: TOP });
    await using manager = await manage(workshop, { reload: { bakeTimeMs: 0 } });
    const top = await manager.load('top');
    await workshop.plugin('base', { version: '2.0.0', code: 'export const answer = () => 2;' });
    const { success, error } = await manager.reload('base');
    expect(success).toBe(false);
    expect(error?.message).toMatch(/"top".*\^1\.0\.0/s);
    expect(await top.call('ask')).toBe(1);
  });
});
