import { createPrivateKey } from 'node:crypto';
import { InvalidCertificateError } from '@truthound/protocols';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type Asn1,
  enumerated,
  objectIdentifier,
  nullValue,
  sequence,
  smallInteger,
  tagged,
  time,
} from '../../src/certificates/asn1-writer.ts';
import { createCertificateSigner } from '../../src/certificates/certificate-signer.ts';
import { createCrl } from '../../src/certificates/create-crl.ts';
import { writeExtension } from '../../src/certificates/extension-writer.ts';
import { parseCrl } from '../../src/certificates/parse-crl.ts';
import { writeSubjectName } from '../../src/certificates/subject-name.ts';
import { validateCertificateChain } from '../../src/certificates/validate-certificate-chain.ts';
import { AT, type Holder, createRoot, issueBelow } from './test-authority.ts';

let root: Holder;

beforeAll(async () => {
  root = await createRoot();
});

const START = new Date('2026-05-30T00:00:00Z');
const END = new Date('2026-06-30T00:00:00Z');

interface HandMadeCrl {
  readonly version?: readonly Asn1[];
  readonly algorithm?: Asn1;
  readonly nextUpdate?: readonly Asn1[];
  readonly entries?: readonly Asn1[];
  readonly extensions?: readonly Asn1[];
}

function assembleCrl(parts: HandMadeCrl = {}): Buffer {
  const signer = createCertificateSigner(createPrivateKey(root.privateKey));
  const { entries = [], extensions = [] } = parts;
  return signer.seal(
    sequence(
      ...(parts.version ?? [smallInteger(1)]),
      parts.algorithm ?? signer.algorithm,
      writeSubjectName('Test Root'),
      time(START),
      ...(parts.nextUpdate ?? [time(END)]),
      ...(entries.length === 0 ? [] : [sequence(...entries)]),
      ...(extensions.length === 0 ? [] : [tagged(0, sequence(...extensions))]),
    ),
  );
}

const reasonExtension = (code: number, isCritical = false): Asn1 =>
  writeExtension('2.5.29.21', enumerated(code), { isCritical });

describe('parseCrl', () => {
  test.each([
    { name: 'version 1', parts: { version: [] }, reason: /only lists of version 2/u },
    { name: 'version 3', parts: { version: [smallInteger(2)] }, reason: /only lists of version 2/u },
    {
      name: 'two algorithms',
      parts: { algorithm: sequence(objectIdentifier('1.2.840.113549.1.1.11'), nullValue()) },
      reason: /two signature algorithms differ/u,
    },
    {
      name: 'a reason without meaning',
      parts: { entries: [sequence(smallInteger(5), time(START), sequence(reasonExtension(7)))] },
      reason: /number without meaning/u,
    },
    {
      name: 'an entry without time',
      parts: { entries: [sequence(smallInteger(5))] },
      reason: /an entry has 1/u,
    },
    {
      name: 'an entry with serial zero',
      parts: { entries: [sequence(smallInteger(0), time(START))] },
      reason: /serial number is zero/u,
    },
  ])('refuses a list with $name', ({ parts, reason }) => {
    expect(() => parseCrl(assembleCrl(parts))).toThrow(InvalidCertificateError);
    expect(() => parseCrl(assembleCrl(parts))).toThrow(reason);
  });

  test('property: throws InvalidCertificateError and nothing else', () => {
    const crl = assembleCrl({
      entries: [sequence(smallInteger(5), time(START), sequence(reasonExtension(1)))],
    });
    const outcome = (bytes: Uint8Array): string => {
      try {
        return typeof parseCrl(bytes).issuer;
      } catch (error) {
        return error instanceof InvalidCertificateError ? 'string' : String(error);
      }
    };
    fc.assert(
      fc.property(
        fc.nat(crl.length - 1),
        fc.uint8Array({ maxLength: 3 }),
        fc.nat(3),
        (at, insert, remove) => {
          const bytes = Buffer.concat([crl.subarray(0, at), insert, crl.subarray(at + remove)]);
          expect(outcome(bytes)).toBe('string');
        },
      ),
      { numRuns: 1500 },
    );
  });

  test('reads 20,000 entries', () => {
    const revoked = Array.from({ length: 20_000 }, (_, index) => ({
      serial: (index + 1).toString(16),
      revokedAt: START,
    }));
    const crl = createCrl({
      issuerCertificate: root.certificate,
      issuerKey: root.privateKey,
      number: 1,
      revoked,
    });
    expect(parseCrl(crl).revoked.size).toBe(20_000);
  });
});

describe('what only looks like a list', () => {
  test.each([
    ['an entry without a time', { entries: [sequence(smallInteger(5))] }, /an entry has 1 members/u],
  ])('%s is malformed', (_name, parts, reason) => {
    expect(() => parseCrl(assembleCrl(parts))).toThrow(reason);
  });

  test('an object with its fields is refused, where a parsed list is not', () => {
    const parsed = parseCrl(assembleCrl());
    expect(parseCrl(parsed)).toBe(parsed);
    const twin = { ...parsed, revoked: new Map() };
    const options = { leaf: issueBelow(root).certificate, roots: [root.certificate], at: AT };
    expect(validateCertificateChain({ ...options, crls: [twin] }).isValid).toBe(false);
  });
});

describe('a list that is not complete or has no end', () => {
  test.each([
    {
      name: 'a delta list',
      parts: { extensions: [writeExtension('2.5.29.27', smallInteger(1), { isCritical: true })] },
      reason: /critical extension 2\.5\.29\.27/u,
    },
    {
      name: 'a partial list',
      parts: { extensions: [writeExtension('2.5.29.28', sequence(), { isCritical: true })] },
      reason: /critical extension 2\.5\.29\.28/u,
    },
    {
      name: 'a critical entry',
      parts: { entries: [sequence(smallInteger(5), time(START), sequence(reasonExtension(1, true)))] },
      reason: /an entry has the critical extension/u,
    },
    { name: 'a list without end', parts: { nextUpdate: [] }, reason: /names no time of its next update/u },
  ])('$name refuses the certificates of its issuer', ({ parts, reason }) => {
    const { isValid, errors } = validateCertificateChain({
      leaf: issueBelow(root).certificate,
      roots: [root.certificate],
      crls: [assembleCrl(parts)],
      at: AT,
    });
    expect(isValid).toBe(false);
    expect(errors[0]?.message).toMatch(reason);
  });
});
