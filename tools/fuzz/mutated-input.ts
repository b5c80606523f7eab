import fc from 'fast-check';
import type { InputKind } from './fuzz-target.ts';
import { BYTE_MUTATIONS } from './mutations/byte-mutations.ts';
import { DER_MUTATIONS } from './mutations/der-mutations.ts';
import { JSON_MUTATIONS } from './mutations/json-mutations.ts';
import { type Mutation, pick } from './mutations/mutation.ts';
import { TEXT_MUTATIONS } from './mutations/text-mutations.ts';

/** Of what fits a kind, more than of what fits all: most bytes that are flipped only break the outermost shape. */
const MUTATIONS: Readonly<Record<InputKind, readonly Mutation[]>> = {
  bytes: BYTE_MUTATIONS,
  text: [...TEXT_MUTATIONS, ...TEXT_MUTATIONS, ...BYTE_MUTATIONS],
  json: [...JSON_MUTATIONS, ...JSON_MUTATIONS, ...TEXT_MUTATIONS, ...BYTE_MUTATIONS],
  der: [...DER_MUTATIONS, ...DER_MUTATIONS, ...BYTE_MUTATIONS],
};

const MAX_STEPS = 6;
/** Steps multiply what they repeat. */
const MAX_INPUT_BYTES = 1024 * 1024;

/** Inputs made of samples. They shrink to fewer steps with smaller numbers, so to less change. */
export function mutatedInput(kind: InputKind, samples: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const number = fc.nat({ max: 0x7fff_ffff });
  const step = fc.tuple(fc.nat({ max: MUTATIONS[kind].length - 1 }), number, number);
  return fc
    .tuple(fc.nat({ max: samples.length - 1 }), fc.array(step, { minLength: 1, maxLength: MAX_STEPS }))
    .map(([sample, steps]) =>
      steps.reduce(
        (input, [mutation, where, how]) => {
          const changed = pick(MUTATIONS[kind], mutation)(input, where, how, samples);
          return changed.length > MAX_INPUT_BYTES ? input : changed;
        },
        pick(samples, sample),
      ),
    );
}
