import { type Mutation, pick } from './mutation.ts';

const NUMBERS = [
  '0',
  '00',
  '01',
  '-1',
  '255',
  '2147483648',
  '9007199254740991',
  '9007199254740993',
  '99999999999999999999',
  '1e9',
  '0x10',
];
const WORDS = [
  ' ',
  '\t',
  '\n',
  '\r\n',
  '\u0000',
  '\u00a0',
  '\u2028',
  '\ufeff',
  '\u202e',
  '||',
  ' - ',
  ',',
  '.',
  '..',
  '/',
  '*',
  'x',
  'v',
  '-0',
  '+b',
  '__proto__',
  'constructor',
  '💥',
];

const text = (input: Buffer): string => input.toString('utf8');

const changeNumber: Mutation = (input, where, how) => {
  const numbers = [...text(input).matchAll(/\d+/g)];
  if (numbers.length === 0) return input;
  const { index, 0: digits } = pick(numbers, where);
  return Buffer.from(
    text(input).slice(0, index) + pick(NUMBERS, how) + text(input).slice(index + digits.length),
  );
};

const insertWord: Mutation = (input, where, how) => {
  const at = where % (text(input).length + 1);
  return Buffer.from(text(input).slice(0, at) + pick(WORDS, how) + text(input).slice(at));
};

/** For input that people write. */
export const TEXT_MUTATIONS: readonly Mutation[] = [changeNumber, insertWord];
