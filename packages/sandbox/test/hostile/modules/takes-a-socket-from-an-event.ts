import assert from 'node:assert/strict';
import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'takes the channel’s socket from a patched event emitter, and connects with its class',
  weakness: 'W-03',
  attacks: ['modules', 'network'],
  attack: esModule(`
    import { EventEmitter } from 'node:events';
    const found = new Set();
    const { emit } = EventEmitter.prototype;
    EventEmitter.prototype.emit = function (...args) { found.add(this); return emit.apply(this, args); };
    export const attack = () => undefined;
    export const connect = async ({ port }) => {
      EventEmitter.prototype.emit = emit;
      for (const held of found) {
        if (typeof held.connect !== 'function') continue;
        const socket = new held.constructor({});
        const connected = await new Promise((resolve) => {
          socket.on('error', () => resolve(false)).connect(port, '127.0.0.1', () => resolve(true));
        });
        if (connected) return 'connected';
      }
      return 'nothing';
    };`),
  verify: async ({ call, bait }) => {
    assert.equal(await call({ export: 'connect' }, bait), 'nothing');
  },
  provable: false,
};

export default act;
