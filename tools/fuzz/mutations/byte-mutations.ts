import { type Mutation, pick } from './mutation.ts';

const BYTES = [0x00, 0xff, 0x7f, 0x80, 0x01, 0x0a, 0x20, 0x22, 0x30, 0x5b, 0x5c, 0x7b, 0x2d];
const LENGTHS = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x1_0000, 0x0fff_ffff, 0x7fff_ffff, 0xffff_ffff];
const REPEATS = [2, 3, 16, 256, 4096];
const MAX_BYTES = 256 * 1024;

const flipBit: Mutation = (input, where) => {
  if (input.length === 0) return input;
  const result = Buffer.from(input);
  const index = (where >>> 3) % result.length;
  result[index] = (result[index] ?? 0) ^ (1 << (where & 7));
  return result;
};

const setByte: Mutation = (input, where, how) => {
  if (input.length === 0) return input;
  const result = Buffer.from(input);
  result[where % result.length] = pick(BYTES, how);
  return result;
};

const truncate: Mutation = (input, where) => input.subarray(0, where % (input.length + 1));

const cutOut: Mutation = (input, where, how) => {
  const start = where % (input.length + 1);
  return Buffer.concat([input.subarray(0, start), input.subarray(start + 1 + (how % 64))]);
};

const repeatBlock: Mutation = (input, where, how) => {
  const start = where % (input.length + 1);
  const block = input.subarray(start, start + 1 + (how % 48));
  const count = Math.min(pick(REPEATS, how >>> 6), Math.ceil(MAX_BYTES / (block.length + 1)));
  const copies = Array.from({ length: count }, () => block);
  return Buffer.concat([input.subarray(0, start), ...copies, input.subarray(start)]);
};

const spliceSamples: Mutation = (input, where, how, samples) => {
  const other = pick(samples, how);
  return Buffer.concat([
    input.subarray(0, where % (input.length + 1)),
    other.subarray((how >>> 4) % (other.length + 1)),
  ]);
};

/** A length that lies, in either byte order and three widths. */
const setLength: Mutation = (input, where, how) => {
  const width = pick([4, 2, 1] as const, how >>> 8);
  if (input.length < width) return input;
  const result = Buffer.from(input);
  const value = pick(LENGTHS, how) % 2 ** (8 * width);
  const at = where % (result.length - width + 1);
  if ((how >>> 12) % 2 === 0) result.writeUIntLE(value, at, width);
  else result.writeUIntBE(value, at, width);
  return result;
};

/** For every kind of input. */
export const BYTE_MUTATIONS: readonly Mutation[] = [
  flipBit,
  setByte,
  truncate,
  cutOut,
  repeatBlock,
  spliceSamples,
  setLength,
];
