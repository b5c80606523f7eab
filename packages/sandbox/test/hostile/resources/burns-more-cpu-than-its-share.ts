import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'computes all the time',
  weakness: 'W-07',
  attacks: ['cpu'],
  policy: { maxCpuPercent: 20 },
  attack: () => {
    const { user, system } = process.cpuUsage();
    const start = performance.now();
    while (performance.now() - start < 1000);
    const used = process.cpuUsage({ user, system });
    const percent = (used.user + used.system) / 10 / (performance.now() - start);
    return percent > 30 ? percent : undefined;
  },
  // A machine with other work to do gives an attacker no more than its share either.
  provable: false,
};

export default act;
