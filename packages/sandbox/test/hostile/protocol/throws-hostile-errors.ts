import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { type SandboxError, TruthoundError } from '@truthound/protocols';
import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'throws what breaks whoever looks at it',
  weakness: 'W-16',
  attacks: [],
  attack: esModule(`
    const fail = () => { throw new Error('looked at'); };
    const circular = new Error('circular'); circular.cause = circular;
    let chain = new Error('last'); for (let depth = 0; depth < 10_000; depth += 1) chain = new Error('chain', { cause: chain });
    const thrown = {
      'a getter': Object.defineProperty(new Error('x'), 'message', { get: fail }),
      'a stack getter': Object.defineProperty(new Error('x'), 'stack', { get: fail }),
      'getters that answer anything': Object.defineProperties(new Error('x'), { name: { get: () => ({}) }, message: { get: () => Symbol('x') }, code: { get: () => [] } }),
      'a proxy': new Proxy({}, new Proxy({}, { get: () => fail })),
      'a proxy of an error': new Proxy(new Error('x'), { get: fail, getPrototypeOf: fail, has: fail, ownKeys: fail }),
      'a revoked proxy': (() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; })(),
      'nothing': undefined, 'null': null, 'a symbol': Symbol('x'), 'a number': 1n, 'a function': () => undefined,
      'an object without a prototype': { __proto__: null, message: 'x' },
      'an error that causes itself': circular, 'a long chain': chain,
      'errors in a proxy': Object.assign(new AggregateError([]), { errors: new Proxy([], { get: fail }) }),
      'very many errors': new AggregateError(Array.from({ length: 50_000 }, () => new Error('one'))),
      'control characters': new Error('\\u001b[2J\\u001b]0;owned\\u0007\\u202e'),
      'a text that is no text': Object.assign(new Error('x'), { message: { toString: fail } }),
      'a refusal': Object.assign(new Error('x'), { code: 'ERR_ACCESS_DENIED', permission: { toString: fail }, resource: 1 }),
    };
    export const attack = () => Object.keys(thrown).join('|');
    export const raise = (name) => { throw thrown[name]; };
    export const reject = async (name) => { throw thrown[name]; };
    export const prepare = () => { Error.prepareStackTrace = () => { throw new Error('prepared'); }; throw new Error('x'); };`),
  verify: async ({ value, call }) => {
    for (const name of String(value).split('|')) {
      for (const way of ['raise', 'reject']) {
        const error = (await call({ export: way }, name).catch((reason: unknown) => reason)) as SandboxError;
        assert.ok(error instanceof TruthoundError, `${name}: ${String(error)}`);
        assert.ok(
          ['ERR_PLUGIN_EXECUTION', 'ERR_SANDBOX_VIOLATION'].includes(error.code),
          `${name}: ${error.code}`,
        );
        // eslint-disable-next-line no-control-regex -- these must not reach a terminal
        assert.doesNotMatch(inspect(error), /[\u0000-\u0008\u000b-\u001f\u007f\u202e]/, name);
        assert.ok(inspect(error).length < 100_000, `${name}: ${String(inspect(error).length)} characters`);
      }
    }
    const prepared = await call({ export: 'prepare' }).catch((reason: unknown) => reason);
    assert.ok(prepared instanceof TruthoundError, String(prepared));
  },
  expect: { alive: true },
  provable: false,
};

export default act;
