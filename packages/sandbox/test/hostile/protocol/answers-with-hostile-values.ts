import assert from 'node:assert/strict';
import { PluginExecutionError } from '@truthound/protocols';
import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'answers with what breaks whoever takes it',
  weakness: 'W-01',
  attacks: [],
  attack: esModule(`
    const fail = () => { throw new Error('looked at'); };
    class Own { constructor() { this.own = 1; } get inherited() { return fail(); } toJSON() { return 'replaced'; } }
    const values = {
      'a getter that throws': { get x() { return fail(); } },
      'a proxy': new Proxy({}, { ownKeys: fail }),
      'a proxy of a list': new Proxy([1], { get: (target, key) => (key === 'length' ? 2 ** 31 : Reflect.get(target, key)) }),
      'a revoked proxy': (() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; })(),
      'a then that throws': { get then() { return fail(); } },
      'a then that answers twice': { then: (resolve) => { resolve('one'); resolve('two'); } },
      'a then that answers itself': (() => { const value = { then: (resolve) => resolve(value) }; return 'skipped'; })(),
      'a key of prototypes': JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
      'a constructor': JSON.parse('{"constructor":{"prototype":{"polluted":true}}}'),
      'a class': new Own(),
      'a list with members': Object.assign([1], { extra: 2 }),
      'a list without a prototype': Object.setPrototypeOf([1], null),
      'a symbol': Symbol('x'), 'a function': fail, 'a weak map': new WeakMap(), 'shared memory': new SharedArrayBuffer(8),
      'a fake date': Object.setPrototypeOf({}, Date.prototype), 'a fake map': Object.setPrototypeOf({}, Map.prototype),
      'a fake error': Object.setPrototypeOf({}, Error.prototype), 'a fake promise': Object.setPrototypeOf({}, Promise.prototype),
      'a fake list of bytes': Object.setPrototypeOf({}, Uint8Array.prototype),
      'a tag': { $: ['bytes', ['Uint8Array', 0]] }, 'a tag in a list': [{ $: ['stream', 1] }],
      'an iterable that is none': { [Symbol.asyncIterator]: fail }, 'an iterable that answers nothing': { [Symbol.asyncIterator]: () => undefined },
      'an empty slot': [, 1], 'a detached buffer': (() => { const bytes = new Uint8Array(8); structuredClone(bytes, { transfer: [bytes.buffer] }); return bytes; })(),
      'itself': (() => { const value = {}; value.self = value; return value; })(),
    };
    export const attack = () => Object.keys(values).join('|');
    export const answer = (name) => values[name];
    export const answerLater = async (name) => values[name];`),
  policy: { maxExecutionTimeSec: 20, maxCpuPercent: Infinity },
  verify: async ({ value, call }) => {
    for (const name of String(value)
      .split('|')
      .filter((each) => each !== 'a proxy of a list')) {
      for (const way of ['answer', 'answerLater']) {
        const got = await call({ export: way }, name).catch((reason: unknown) => reason);
        // Errors of the plugin, or plain data with the host's own prototypes.
        if (got instanceof Error && !(got instanceof PluginExecutionError))
          assert.equal(name, 'a fake error', String(got));
        assert.equal(({} as { polluted?: unknown }).polluted, undefined, name);
        assert.equal(Object.assign({}, got as object as { polluted?: unknown }).polluted, undefined, name);
        assert.equal(await call({ export: 'attack' }), value, `after ${name}`);
      }
    }
  },
  expect: { alive: true },
  provable: false,
};

export default act;
