import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  describeLandlockCoverage,
  encodeLandlockPathRule,
  encodeLandlockRuleset,
  landlockRestrictFlags,
} from '../../src/kernel/landlock.ts';

function words(bytes: Uint8Array<ArrayBuffer>): bigint[] {
  return [...new BigUint64Array(bytes.buffer)];
}

describe('a ruleset', () => {
  // Read off linux/landlock.h: rights 0-12 from ABI 1, refer 2, truncate 3, ioctl 5; TCP 4; scopes 6.
  it.each([
    [1, [0x1fffn]],
    [2, [0x3fffn]],
    [3, [0x7fffn]],
    [4, [0x7fffn, 3n]],
    [5, [0xffffn, 3n]],
    [6, [0xffffn, 3n, 3n]],
    [7, [0xffffn, 3n, 3n]],
    [8, [0xffffn, 3n, 3n]],
    [12, [0xffffn, 3n, 3n]],
  ])('of ABI %i handles what that kernel knows, and no more', (abi, expected) => {
    expect(words(encodeLandlockRuleset(abi, { denyTcp: true }))).toEqual(expected);
  });

  it('leaves TCP alone where the network is allowed', () => {
    expect(words(encodeLandlockRuleset(7, { denyTcp: false }))).toEqual([0xffffn, 0n, 3n]);
  });
});

describe('a rule', () => {
  it.each([
    ['read', 'directory', 7, 0b1100n],
    ['read', 'file', 7, 0b100n],
    ['write', 'file', 7, 0x4006n],
    ['write', 'directory', 7, 0x61ben],
    ['write', 'directory', 1, 0x1ben],
    ['execute', 'directory', 7, 0b1101n],
    ['execute', 'file', 7, 0b101n],
  ] as const)('to %s a %s under ABI %i', (access, kind, abi, rights) => {
    expect(words(encodeLandlockPathRule(abi, access, kind))).toEqual([rights, 0n]);
  });

  it('never names a right that its ruleset does not handle', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.constantFrom('read', 'write', 'execute'),
        fc.constantFrom('directory', 'file'),
        (abi, access, kind) => {
          const [handled = 0n] = words(encodeLandlockRuleset(abi, { denyTcp: true }));
          const [granted = 0n] = words(encodeLandlockPathRule(abi, access, kind));
          expect(granted & ~handled).toBe(0n);
        },
      ),
    );
  });
});

it('says what each ABI covers', () => {
  const covered = (abi: number): string[] =>
    Object.entries(describeLandlockCoverage(abi)).flatMap(([name, isCovered]) => (isCovered ? [name] : []));
  expect([0, 1, 3, 4, 5, 6, 8].map(covered)).toEqual([
    [],
    ['files'],
    ['files', 'truncate'],
    ['files', 'truncate', 'tcp'],
    ['files', 'truncate', 'tcp', 'devices'],
    ['files', 'truncate', 'tcp', 'devices', 'scope'],
    ['files', 'truncate', 'tcp', 'devices', 'scope', 'allThreads'],
  ]);
  expect([7, 8].map(landlockRestrictFlags)).toEqual([0n, 8n]);
});
