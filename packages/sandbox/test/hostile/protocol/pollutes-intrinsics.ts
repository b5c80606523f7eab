import assert from 'node:assert/strict';
import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

/** Everything whose type must survive. */
const VALUE = {
  text: 'text',
  list: [1, 'two', null, { three: 3 }, [undefined, -0, Infinity]],
  map: new Map<unknown, unknown>([['key', new Set([1n, 2n])]]),
  date: new Date(0),
  pattern: /x/g,
  bytes: new Uint8Array([1, 2, 3]),
  floats: new Float64Array([0.5]),
};

const act: HostileAct = {
  title: 'replaces what the guest’s own runtime is made of',
  attacks: ['modules'],
  policy: { maxExecutionTimeSec: 20, maxCpuPercent: Infinity },
  host: { double: (value: number) => value * 2 },
  attack: esModule(`
    import { AsyncLocalStorage } from 'node:async_hooks';
    import { EventEmitter } from 'node:events';
    import stream from 'node:stream';
    const { defineProperty, getOwnPropertyDescriptor, getPrototypeOf } = Object;
    const { ownKeys } = Reflect;
    const TypedArray = getPrototypeOf(Uint8Array);
    const holders = {
      Array, 'Array.prototype': Array.prototype, Object, Promise, 'Promise.prototype': Promise.prototype,
      Map, 'Map.prototype': Map.prototype, 'Set.prototype': Set.prototype, 'WeakMap.prototype': WeakMap.prototype,
      JSON, TypedArray,
      'String.prototype': String.prototype, String,
      Number, 'Number.prototype': Number.prototype, 'BigInt.prototype': BigInt.prototype, 'Date.prototype': Date.prototype,
      Reflect, Error, 'Error.prototype': Error.prototype, Symbol, 'ArrayBuffer.prototype': ArrayBuffer.prototype,
      'EventEmitter.prototype': EventEmitter.prototype, 'Readable.prototype': stream.Readable.prototype,
      'Writable.prototype': stream.Writable.prototype, 'Duplex.prototype': stream.Duplex.prototype,
      'AsyncLocalStorage.prototype': AsyncLocalStorage.prototype, 'AbortController.prototype': AbortController.prototype,
      'ArrayIterator': getPrototypeOf([][Symbol.iterator]()), 'AsyncIterator': getPrototypeOf(getPrototypeOf((async function* () {})()).constructor.prototype),
    };
    // Node's own streams and hooks call these as they find them.
    const NODES = ['push', 'pop'];
    // Loops count here: for-of and spreading would run what was replaced.
    const names = [];
    const holderNames = Object.keys(holders);
    for (const holder of holderNames) for (const key of ownKeys(holders[holder])) {
      if (key === 'prototype' || key === 'constructor' || key === 'length' || key === 'name' || (holder === 'Array.prototype' && NODES.includes(key))) continue;
      const was = getOwnPropertyDescriptor(holders[holder], key);
      if (!was.configurable || (typeof was.value !== 'function' && was.get === undefined)) continue;
      names.push({ holder, key, way: 'throws' }, { holder, key, way: 'answers nothing' });
    }
    for (const key of ['toJSON', '$', 'value', 'get', 'set', 'writable', 'type', 'text', 'functionId', 'cause', 'errors', 'stack', 'code', 'url', 'signal'])
      names.push({ holder: 'Object.prototype', key, way: 'is added' }, { holder: 'Array.prototype', key, way: 'is added' });
    let undo = [];
    const patch = (target, key, descriptor) => {
      const was = getOwnPropertyDescriptor(target, key);
      undo[undo.length] = was ? () => defineProperty(target, key, was) : () => delete target[key];
      defineProperty(target, key, descriptor);
    };
    const ignore = () => undefined;
    const pollute = ({ holder, key, way }) => {
      const fail = way === 'throws' ? () => { throw new Error('polluted'); } : ignore;
      if (way === 'is added') return patch(holder === 'Object.prototype' ? Object.prototype : Array.prototype, key, { value: () => 'polluted', configurable: true, writable: true });
      const was = getOwnPropertyDescriptor(holders[holder], key);
      patch(holders[holder], key, typeof was.value === 'function' ? { value: fail, configurable: true, writable: true } : { get: fail, configurable: true });
    };
    export const attack = () => undefined;
    export const list = () => names.map(({ holder, key, way }) => [holder, String(key), way].join(' '));
    export const polluteWith = (index) => { pollute(names[index]); };
    export const restore = () => { for (let index = undo.length - 1; index >= 0; index -= 1) undo[index](); undo = []; };
    export const echo = (value) => value;
    export const echoLater = async (value) => value;
    export const viaHost = (value) => truthound.host.double(value);`),
  verify: async ({ call }) => {
    const names = (await call({ export: 'list' })) as readonly string[];
    const broken: string[] = [];
    for (const [index, name] of names.entries()) {
      const attempt = async (): Promise<void> => {
        await call({ export: 'polluteWith' }, index);
        assert.deepEqual(await call({ export: 'echo' }, VALUE), VALUE);
        assert.deepEqual(await call({ export: 'echoLater' }, VALUE), VALUE);
        assert.equal(await call({ export: 'viaHost' }, 21), 42);
        await call({ export: 'restore' });
      };
      await attempt().catch((error: unknown) => broken.push(`${name}: ${String(error).slice(0, 200)}`));
    }
    assert.deepEqual(broken, []);
  },
  expect: { alive: true },
  provable: false,
};

export default act;
