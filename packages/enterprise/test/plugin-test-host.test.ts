import { existsSync } from 'node:fs';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PluginExecutionError } from '@truthound/protocols';
import { describe, expect, it, vi } from 'vitest';
import { createPluginTestHost } from '../src/index.ts';
import { Workshop } from './support/workshop.ts';

interface Greeter {
  greet(name: string): string;
  fail(): void;
}

describe('the test host', () => {
  it('runs an unsigned plugin in a process of its own, with host functions of the test', async () => {
    await using workshop = await Workshop.create();
    const plugin = await workshop.plugin('greeter', {
      sign: false,
      manifest: { permissions: { host: ['kv.get'] } },
      code: 'export const greet = async (name) => `${await truthound.host["kv.get"]("greeting")} ${name} from ${process.pid}`; export const fail = () => { console.log("failing"); throw new RangeError("no"); };',
    });
    let root: string;
    {
      await using host = await createPluginTestHost<Greeter>({
        plugin,
        host: { 'kv.get': (key: string) => key.toUpperCase(), unused: () => undefined },
      });
      root = host.plugin.info.path;
      const greeting = await host.plugin.call('greet', 'Ada');
      expect(greeting).toMatch(/^GREETING Ada from \d+$/);
      expect(greeting).not.toContain(String(process.pid));
      expect(host.calls).toEqual([{ name: 'kv.get', args: ['greeting'] }]);
      await expect(host.plugin.call('fail')).rejects.toThrow(PluginExecutionError);
      await vi.waitFor(() => {
        expect(host.logs.map(({ text }) => text).join()).toContain('failing');
      });
    }
    expect(existsSync(root)).toBe(false);
  });

  it('shows what the plugin was denied, and takes over changes on reload', async () => {
    await using workshop = await Workshop.create();
    const plugin = await workshop.plugin('greeter', {
      sign: false,
      code: 'export const greet = () => import("node:child_process").then(() => "in", () => "out");',
    });
    await using host = await createPluginTestHost<Greeter>({ plugin });
    expect(await host.plugin.call('greet', '')).toBe('out');
    expect(host.violations.map(({ action }) => action).join()).toMatch(/child_process/);
    await writeFile(join(plugin, 'index.js'), 'export const greet = () => "changed";');
    expect((await host.reload()).success).toBe(true);
    expect(await host.plugin.call('greet', '')).toBe('changed');
  });

  it('loads the plugins that it depends on, and ignores what is not shipped', async () => {
    await using workshop = await Workshop.create();
    const base = await workshop.plugin('base', { sign: false, code: 'export const double = (n) => 2 * n;' });
    const plugin = await workshop.plugin('top', {
      sign: false,
      manifest: { dependencies: { base: '*' } },
      code: 'let base; export const activate = (context) => { base = context.plugins.base; }; export const greet = (n) => base.call("double", n);',
    });
    await workshop.write('top', 'node_modules/.bin/tool', '');
    await symlink('/etc', join(plugin, 'node_modules', 'link'));
    await using host = await createPluginTestHost<{ greet(n: number): number }>({
      plugin,
      dependencies: [base],
    });
    expect(await host.plugin.call('greet', 4)).toBe(8);
  });

  it('leaves nothing behind when the plugin does not load', async () => {
    await using workshop = await Workshop.create();
    const plugin = await workshop.plugin('broken', { sign: false, code: 'throw new Error("at the top")' });
    await expect(createPluginTestHost({ plugin })).rejects.toThrow(/at the top/);
  });
});
