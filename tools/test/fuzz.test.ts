import { describe, expect, it } from 'vitest';
import type { FuzzTarget } from '../fuzz/fuzz-target.ts';
import { judgeInput } from '../fuzz/judge-input.ts';
import { runTarget } from '../fuzz/run-target.ts';
import { TARGETS } from '../fuzz/targets.ts';

/** The same inputs in every run, on every machine. */
const SEED = 20_260_601;
const INPUTS = 200;

describe('every parser of input that may be hostile', () => {
  it.each(TARGETS.map((target) => [target.name, target] as const))(
    '%s: reads the corpus and mutations of it, or refuses them as documented',
    async (_name, target) => {
      const options = { seed: SEED, maxInputs: INPUTS, maxMs: Infinity, judgesTime: false };
      const { findings, executions, accepted } = await runTarget(target, options);
      expect(findings.map(({ problem }) => problem)).toEqual([]);
      expect(executions).toBeGreaterThan(INPUTS);
      expect(accepted).toBeGreaterThan(0);
    },
  );
});

describe('the judge of an input', () => {
  const judge = (target: Partial<FuzzTarget>): Promise<string | undefined> =>
    judgeInput(
      { name: 'test', kind: 'text', refusals: [SyntaxError], parse: () => 1, ...target },
      Buffer.from('x'),
      { judgesTime: true },
    ).then(({ finding }) => finding);
  const overflow = (): never => overflow();

  it('is content with an answer, and with a refusal that is documented', async () => {
    expect(await judge({})).toBeUndefined();
    expect(await judge({ parse: () => JSON.parse('{') as unknown })).toBeUndefined();
  });

  it.each<[string, Partial<FuzzTarget>, RegExp]>([
    ['an error of another class', { parse: () => Promise.reject(new Error('x')) }, /not documented/],
    [
      'a fault of its own behind a refusal',
      {
        parse: () => {
          try {
            return overflow();
          } catch (cause) {
            throw new SyntaxError('malformed', { cause });
          }
        },
      },
      /fault of the parser itself/,
    ],
    [
      'a refusal of what was accepted',
      {
        check: () => {
          throw new SyntaxError('x');
        },
      },
      /accepted, and then/,
    ],
    [
      'memory out of proportion',
      {
        parse: () => new Uint8Array(256 * 1024 * 1024),
      },
      /MB of memory for 1 bytes/,
    ],
  ])('finds %s', async (_what, target, finding) => {
    expect(await judge(target)).toMatch(finding);
  });

  it('finds a prototype that was changed', async () => {
    const prototype = Object.prototype as unknown as Record<string, unknown>;
    try {
      const parse = (): void => {
        prototype['polluted'] = true;
      };
      expect(await judge({ parse })).toMatch(/prototype/);
    } finally {
      Reflect.deleteProperty(prototype, 'polluted');
    }
  });
});
