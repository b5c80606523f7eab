import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'imports child_process in a module of its own making',
  weakness: 'W-03',
  attacks: ['modules', 'subprocess'],
  attack: async () => {
    const text = 'export { execSync as run } from "node:child_process"';
    const { run } = (await import(`data:text/javascript,${text}`)) as { run: (command: string) => Buffer };
    return run('id').toString();
  },
  expect: { error: 'ERR_SANDBOX_VIOLATION', denied: 'module', recorded: 'module' },
};

export default act;
