import { generateKeyPairSync } from 'node:crypto';
import { InvalidCertificateError } from '@truthound/protocols';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Asn1,
  encoded,
  octetString,
  sequence,
  smallInteger,
  tagged,
} from '../../src/certificates/asn1-writer.ts';
import {
  createCertificateRequest,
  parseCertificateRequest,
} from '../../src/certificates/certificate-request.ts';
import { createCertificateSigner } from '../../src/certificates/certificate-signer.ts';
import { writeSubjectName } from '../../src/certificates/subject-name.ts';
import { newKey } from './test-authority.ts';

const signer = createCertificateSigner(newKey());

function assembleRequest(...members: readonly Asn1[]): Buffer {
  return signer.seal(sequence(...members));
}

const subject = writeSubjectName('Dev');
const spki = encoded(signer.spki);

describe('parseCertificateRequest', () => {
  test.each(['ed25519', 'rsa', 'P-256', 'P-384'] as const)(
    'reads what createCertificateRequest wrote with %s',
    (type) => {
      const privateKey =
        type === 'ed25519'
          ? newKey()
          : type === 'rsa'
            ? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
            : generateKeyPairSync('ec', { namedCurve: type }).privateKey;
      const csr = createCertificateRequest({
        subject: { commonName: 'Dev', organization: 'Acme' },
        privateKey,
      });
      const parsed = parseCertificateRequest(csr);
      expect(parsed).toMatchObject({ subject: 'CN=Dev,O=Acme', subjectCommonName: 'Dev' });
      expect(parsed.publicKeyPem).toContain('BEGIN PUBLIC KEY');
      expect(Object.isFrozen(parsed)).toBe(true);
    },
  );

  test.each([
    {
      name: 'version 2',
      request: assembleRequest(smallInteger(1), subject, spki, tagged(0)),
      reason: /version is not 1/u,
    },
    {
      name: 'no attributes',
      request: assembleRequest(smallInteger(0), subject, spki),
      reason: /its content has 3/u,
    },
    {
      name: 'attributes of another tag',
      request: assembleRequest(smallInteger(0), subject, spki, octetString(Buffer.of(1))),
      reason: /list of attributes is OCTET STRING/u,
    },
    {
      name: 'the key of somebody else',
      request: assembleRequest(
        smallInteger(0),
        subject,
        encoded(createCertificateSigner(newKey()).spki),
        tagged(0),
      ),
      reason: /has not proved to hold the key: its signature does not fit/u,
    },
    {
      name: 'a certificate in its place',
      request: '-----BEGIN CERTIFICATE-----\n',
      reason: /is a CERTIFICATE, not/u,
    },
  ])('refuses $name', ({ request, reason }) => {
    expect(() => parseCertificateRequest(request)).toThrow(InvalidCertificateError);
    expect(() => parseCertificateRequest(request)).toThrow(reason);
  });

  test('property: no changed byte leaves a request that is accepted for another key or subject', () => {
    const request = assembleRequest(smallInteger(0), subject, spki, tagged(0));
    const { keyId } = parseCertificateRequest(request);
    const outcome = (bytes: Uint8Array): string => {
      try {
        const parsed = parseCertificateRequest(bytes);
        return `${parsed.subject} ${parsed.keyId}`;
      } catch (error) {
        return error instanceof InvalidCertificateError ? `CN=Dev ${keyId}` : String(error);
      }
    };
    fc.assert(
      fc.property(fc.nat(request.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const bytes = Buffer.from(request);
        bytes[at] = (bytes[at] ?? 0) ^ change;
        expect(outcome(bytes)).toBe(`CN=Dev ${keyId}`);
      }),
      { numRuns: 1000 },
    );
  });
});
