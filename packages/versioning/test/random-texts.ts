/**
 * Versions and constraints at random, but the same for the same seed. Numbers and identifiers come from
 * small sets, so that bounds are met exactly; some texts are damaged on purpose.
 */

export interface RandomTexts {
  /** Usually a version. */
  version(): string;
  /** Usually a constraint in npm's grammar, never with a comma. */
  constraint(): string;
  /** A constraint that is one for certain, numbers up to 2, prereleases from {@link PRERELEASES}. */
  smallConstraint(): string;
}

export const PRERELEASES = ['0', '1', '10', 'alpha', 'alpha.1', 'alpha.beta', 'rc.0', 'rc-1', 'Z'] as const;
const NUMBERS = ['0', '0', '1', '1', '2', '3', '10', '9007199254740990'] as const;
const SMALL_NUMBERS = ['0', '1', '2'] as const;
const ODD_NUMBERS = ['00', '01', '9007199254740991', '9007199254740992', '99999999999999999999', ''] as const;
const OPERATORS = ['', '', '=', '<', '<=', '>', '>=', '^', '^', '~', '~', '~>'] as const;
const DAMAGES = [
  '-',
  '.',
  '+',
  ' ',
  'x',
  '*',
  '>',
  '=',
  '|',
  '||',
  'v',
  '!',
  '_',
  '0',
  ' - ',
  '\t',
  'é',
] as const;

/** Mulberry32: 32 bits of state are plenty for test data. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function createRandomTexts(seed: number): RandomTexts {
  const random = createRandom(seed);
  const chance = (probability: number): boolean => random() < probability;
  const pick = <T>(choices: readonly T[]): T => choices[Math.floor(random() * choices.length)] as T;
  const times = <T>(most: number, make: () => T): T[] =>
    Array.from({ length: 1 + Math.floor(random() * most) }, make);

  const number = (): string => (chance(0.01) ? pick(ODD_NUMBERS) : pick(NUMBERS));
  const suffix = (probability: number): string =>
    (chance(probability) ? `-${pick(PRERELEASES)}` : '') + (chance(0.05) ? '+build.7' : '');
  const triple = (): string => [number(), number(), number()].join('.');
  const partial = (): string => {
    const parts = times(3, () => (chance(0.1) ? pick(['x', 'X', '*']) : number()));
    return parts.join('.') + (parts.length === 3 ? suffix(0.3) : '');
  };
  const body = (): string => (chance(0.03) ? 'v' : '') + (chance(0.6) ? triple() + suffix(0.3) : partial());
  const term = (): string => pick(OPERATORS) + (chance(0.05) ? ' ' : '') + body();
  const alternative = (): string =>
    chance(0.1) ? `${body()} - ${body()}` : times(chance(0.4) ? 3 : 1, term).join(chance(0.1) ? '  ' : ' ');
  const damage = (text: string): string => {
    const at = Math.floor(random() * (text.length + 1));
    return text.slice(0, at) + pick(DAMAGES) + text.slice(at + (chance(0.5) ? 1 : 0));
  };
  const sometimesDamaged = (text: string): string => (chance(0.08) ? damage(text) : text);

  const smallTerm = (): string => {
    const numbers = times(3, () => pick(SMALL_NUMBERS));
    const full = numbers.length === 3 && chance(0.6) ? `-${pick(PRERELEASES)}` : '';
    return pick(OPERATORS) + numbers.join('.') + full;
  };
  const smallAlternative = (): string => (chance(0.05) ? '*' : times(3, smallTerm).join(' '));

  return {
    version: () => sometimesDamaged((chance(0.03) ? 'v' : '') + triple() + suffix(0.4)),
    constraint: () =>
      chance(0.02)
        ? pick(['', '*', ' ', 'x', '>=*', '<*'])
        : sometimesDamaged(times(chance(0.3) ? 3 : 1, alternative).join(pick(['||', ' || ']))),
    smallConstraint: () => times(3, smallAlternative).join(' || '),
  };
}
