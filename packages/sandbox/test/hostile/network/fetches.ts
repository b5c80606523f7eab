import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'fetches, and opens web sockets and event sources',
  weakness: 'W-04',
  attacks: ['network'],
  attack: esModule(`
    export const attack = async ({ port }) => {
      const ways = [
        () => fetch('http://127.0.0.1:' + port),
        () => new WebSocket('ws://127.0.0.1:' + port),
        () => new EventSource('http://127.0.0.1:' + port),
        () => globalThis['fetch']('http://127.0.0.1:' + port),
        () => Object.getOwnPropertyDescriptor(globalThis, 'fetch').value('http://127.0.0.1:' + port),
      ];
      for (const way of ways) try { await way(); } catch {}
      await new Promise((resolve) => setTimeout(resolve, 50));
    };`),
  expect: { recorded: 'module', alive: true },
};

export default act;
