import { expect, it } from 'vitest';
import { OPTIONAL } from '../../src/graph/edge-kind.ts';
import { CandidatePool } from '../../src/solve/candidate-pool.ts';
import { factText } from '../../src/solve/claim-text.ts';

it('names what a lock holds', () => {
  const pool = new CandidatePool([{ id: 'a', version: '1.0.0' }], undefined);
  const lock = {
    type: 'lock',
    from: undefined,
    fromStates: 0n,
    to: pool.indexOf('a'),
    range: '1.0.0',
    kind: OPTIONAL,
    accepted: pool.stateOfVersion(pool.indexOf('a'), '1.0.0'),
  } as const;
  expect(factText(pool, lock)).toBe('"a" 1.0.0 is locked');
});
