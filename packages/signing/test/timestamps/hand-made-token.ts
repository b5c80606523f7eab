/** Time-stamp tokens assembled piece by piece, each piece to be got wrong. */
import { createPrivateKey, hash, sign } from 'node:crypto';
import {
  type Asn1,
  encode,
  encoded,
  nullValue,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  smallInteger,
  tagged,
} from '../../src/certificates/asn1-writer.ts';
import { parseCertificate } from '../../src/certificates/parse-certificate.ts';
import { AT, type Holder, issueBelow } from '../certificates/test-authority.ts';

export const SHA256_ID = '2.16.840.1.101.3.4.2.1';
export const SHA512_ID = '2.16.840.1.101.3.4.2.3';
const TST_INFO_ID = '1.2.840.113549.1.9.16.1.4';
export const Attribute = {
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
} as const;

/** A value of a type that the package's own writer does not know. */
export function raw(tag: number, content: string | Uint8Array): Asn1 {
  const octets = Buffer.from(content);
  return encoded(Buffer.concat([Buffer.of(tag, octets.length), octets]));
}

/** GeneralizedTime as it stands, right or wrong. */
export const generalizedTime = (text: string): Asn1 => raw(0x18, text);

export const algorithm = (identifier: string, ...parameters: readonly Asn1[]): Asn1 =>
  sequence(objectIdentifier(identifier), ...parameters);

const compact = (date: Date): string => `${date.toISOString().replaceAll(/[-:T]|\.\d+Z$/gu, '')}Z`;

/** An authority with an Ed25519 key below `root`. */
export function authorityBelow(root: Holder, options: Parameters<typeof issueBelow>[1] = {}): Holder {
  return issueBelow(root, { subject: 'Stamping Authority', extendedKeyUsage: ['timeStamping'], ...options });
}

/** What a time-stamp says (TSTInfo). */
export interface InfoParts {
  readonly data: Uint8Array;
  readonly version?: Asn1;
  readonly policy?: Asn1;
  readonly imprint?: Asn1;
  readonly time?: Asn1;
  /** From `accuracy` on. */
  readonly rest?: readonly Asn1[];
}

export function infoOf(parts: InfoParts): Buffer {
  const imprint = sequence(algorithm(SHA256_ID), octetString(hash('sha256', parts.data, 'buffer')));
  return encode(
    sequence(
      parts.version ?? smallInteger(1),
      parts.policy ?? objectIdentifier('1.2.3'),
      parts.imprint ?? imprint,
      smallInteger(7),
      parts.time ?? generalizedTime(compact(AT)),
      ...(parts.rest ?? []),
    ),
  );
}

export const attribute = (identifier: string, ...values: readonly Asn1[]): Asn1 =>
  sequence(objectIdentifier(identifier), setOf(...values));

/** ESSCertIDv2 of a certificate, SHA-256 unsaid. */
export function certificateId(certificate: string, ...rest: readonly Asn1[]): Asn1 {
  const digest = hash('sha256', parseCertificate(certificate).der, 'buffer');
  return sequence(sequence(sequence(octetString(digest), ...rest)));
}

export interface TokenParts extends InfoParts {
  readonly authority: Holder;
  readonly info?: Uint8Array;
  readonly certificates?: readonly string[];
  /** By identifier; `undefined` leaves one out. */
  readonly attributes?: Readonly<Record<string, Asn1 | undefined>>;
  readonly attributesInDisorder?: boolean;
  readonly signerName?: Asn1;
  readonly digestAlgorithm?: Asn1;
  readonly signatureAlgorithm?: Asn1;
  readonly signature?: Uint8Array;
  readonly contentType?: string;
  readonly signers?: number;
  readonly unsigned?: readonly Asn1[];
  readonly crls?: readonly Asn1[];
  /** After the content within its wrapper. */
  readonly surplus?: readonly Asn1[];
}

/** A token signed with Ed25519. */
export function makeToken(parts: TokenParts): Uint8Array {
  const { authority, contentType = TST_INFO_ID } = parts;
  const info = parts.info ?? infoOf(parts);
  const certificate = parseCertificate(authority.certificate);
  const attributes: Readonly<Record<string, Asn1 | undefined>> = {
    [Attribute.contentType]: objectIdentifier(TST_INFO_ID),
    [Attribute.messageDigest]: octetString(hash('sha512', info, 'buffer')),
    [Attribute.signingCertificateV2]: certificateId(authority.certificate),
    ...parts.attributes,
  };
  const list = Object.entries(attributes).flatMap(([identifier, value]) =>
    // An object has each key once; a trailing x lets one attribute stand twice.
    value === undefined ? [] : [attribute(identifier.replace(/x$/, ''), value)],
  );
  const set = encode(setOf(...list));
  const inOrder = list.sort((a, b) => Buffer.compare(encode(a), encode(b)));
  const signed = parts.attributesInDisorder === true ? inOrder.reverse() : inOrder;
  const signature = parts.signature ?? sign(null, set, createPrivateKey(authority.privateKey));
  const name = sequence(
    encoded(certificate.issuerDer),
    encoded(
      Buffer.concat([Buffer.of(2, certificate.serial.length / 2), Buffer.from(certificate.serial, 'hex')]),
    ),
  );
  const signer = sequence(
    smallInteger(1),
    parts.signerName ?? name,
    parts.digestAlgorithm ?? algorithm(SHA512_ID),
    tagged(0, ...signed),
    parts.signatureAlgorithm ?? algorithm('1.3.101.112'),
    octetString(signature),
    ...(parts.unsigned === undefined ? [] : [tagged(1, ...parts.unsigned)]),
  );
  const certificates = (parts.certificates ?? [authority.certificate]).map((pem) =>
    encoded(parseCertificate(pem).der),
  );
  return Uint8Array.from(
    encode(
      sequence(
        objectIdentifier('1.2.840.113549.1.7.2'),
        tagged(
          0,
          sequence(
            smallInteger(3),
            setOf(algorithm(SHA512_ID)),
            sequence(objectIdentifier(contentType), tagged(0, octetString(info), ...(parts.surplus ?? []))),
            ...(certificates.length === 0 ? [] : [tagged(0, ...certificates)]),
            ...(parts.crls === undefined ? [] : [tagged(1, ...parts.crls)]),
            setOf(...Array.from({ length: parts.signers ?? 1 }, () => signer)),
          ),
        ),
      ),
    ),
  );
}

export { encoded, nullValue, objectIdentifier, octetString, sequence, smallInteger, tagged };
