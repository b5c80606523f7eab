import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'imports the internal twins of network modules',
  weakness: 'W-03',
  attacks: ['modules', 'network'],
  attack: esModule(`
    const names = ['_http_client', '_http_agent', '_http_common', '_http_incoming', '_http_outgoing', '_http_server',
      '_tls_common', '_tls_wrap', '_stream_wrap', 'node:_http_client', 'dns/promises'];
    export const attack = async () => {
      const got = [];
      for (const name of names) await import(name).then(() => got.push(name), () => undefined);
      return got.join();
    };`),
  expect: { recorded: 'module' },
};

export default act;
