import assert from 'node:assert/strict';
import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'connects with the classes behind its own standard streams',
  weakness: 'W-03',
  attacks: ['modules', 'network'],
  attack: esModule(`
    export const attack = ({ port, socketPath }) => {
      const streams = [process.stdout, process.stderr, process.stdin];
      const classes = streams.flatMap((stream) => [stream?.constructor, stream?._handle?.constructor]);
      return tryClasses(classes, { port, socketPath });
    };
    const tryClasses = async (classes, { port, socketPath }) => {
      for (const Class of classes) for (const where of [{ port, host: '127.0.0.1' }, { path: socketPath }]) try {
        const socket = new Class({});
        if (typeof socket.connect !== 'function') continue;
        const connected = await new Promise((resolve) => {
          socket.on?.('error', () => resolve(false));
          setTimeout(resolve, 300);
          socket.connect(where, () => resolve(true));
        });
        if (connected) return Class.name;
      } catch {}
    };`),
  verify: ({ value }) => {
    assert.equal(value, undefined);
  },
};

export default act;
