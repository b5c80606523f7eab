import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'catches every exception, so that nothing ends it',
  weakness: 'W-06',
  attacks: ['wallTime'],
  policy: { maxExecutionTimeSec: 1 },
  attack: esModule(`
    export const attack = () => {
      process.on('uncaughtException', () => undefined);
      process.on('unhandledRejection', () => undefined);
      process.exit = process.reallyExit = process.abort = () => undefined;
      setInterval(() => { throw new Error('caught'); }, 1);
      return new Promise(() => undefined);
    };`),
  expect: { error: 'ERR_SANDBOX_TIMEOUT', alive: false },
  provable: false,
};

export default act;
