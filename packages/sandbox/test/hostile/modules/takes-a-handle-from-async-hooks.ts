import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'takes live handles from async_hooks, and connects with their classes',
  weakness: 'W-03',
  attacks: ['modules', 'network'],
  attack: esModule(`
    import { createHook, executionAsyncResource } from 'node:async_hooks';
    import { readFile } from 'node:fs/promises';
    const found = new Set([executionAsyncResource()]);
    createHook({ init: (id, type, trigger, resource) => found.add(resource), before: () => found.add(executionAsyncResource()) }).enable();
    export const attack = async ({ socketPath, port }) => {
      await readFile(new URL(import.meta.url));
      await new Promise((resolve) => setTimeout(resolve, 20));
      for (const handle of found) for (const held of [handle, handle?.handle, handle?._handle, ...Object.values(handle ?? {})]) {
        try { const own = new held.constructor(0); if (own.connect) { const request = {}; if (own.connect(request, socketPath) === 0 || own.connect(request, '127.0.0.1', port) === 0) return 'connected'; } } catch {}
      }
    };`),
  provable: false,
};

export default act;
