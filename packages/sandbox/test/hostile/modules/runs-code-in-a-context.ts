import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'runs text by vm, whose imports no gate sees',
  weakness: 'W-03',
  attacks: ['modules', 'subprocess'],
  attack: async () => {
    const vm = await import('node:vm');
    const options = { importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER };
    const loading = vm.runInThisContext('import("node:child_process")', options) as Promise<{
      execSync: (command: string) => Buffer;
    }>;
    return (await loading).execSync('id').toString();
  },
  expect: { error: 'ERR_SANDBOX_VIOLATION', denied: 'module', recorded: 'module' },
};

export default act;
