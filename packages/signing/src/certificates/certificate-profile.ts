import { randomBytes } from 'node:crypto';
import { InvalidCertificateError } from '@truthound/protocols';
import { octetAt } from '../octet-at.ts';
import { type Asn1, encoded, sequence, smallInteger, tagged, time, unsignedInteger } from './asn1-writer.ts';
import {
  type NameConstraintsInput,
  authorityKeyIdentifier,
  basicConstraints,
  extendedKeyUsage,
  keyIdentifierOf,
  keyUsage,
  nameConstraints,
  subjectAltName,
  subjectKeyIdentifier,
} from './extension-writer.ts';
import type { KeyUsage } from './extension-values.ts';
import type { GeneralNameInput } from './general-name-writer.ts';
import type { SubjectName } from './subject-name.ts';

/** What a new certificate says, whoever signs it. */
export interface CertificateProfile {
  /** A plain string is the common name. */
  readonly subject: SubjectName | string;
  /** Whether it may issue certificates itself. @defaultValue false */
  readonly isCa?: boolean | undefined;
  /** How many authorities may follow below it; with `isCa` only. @defaultValue no limit */
  readonly pathLength?: number | undefined;
  /** Days from `notBefore`; at most 36,500. @defaultValue 365; 3,650 for an authority */
  readonly validityDays?: number | undefined;
  /** First moment of validity. @defaultValue the moment of `now` */
  readonly notBefore?: Date | undefined;
  /** @defaultValue `keyCertSign`, `cRLSign` for an authority, `digitalSignature` for a signer */
  readonly keyUsage?: readonly KeyUsage[] | undefined;
  /** Names or dotted identifiers. @defaultValue `codeSigning` for a signer, none (no restriction) for an authority */
  readonly extendedKeyUsage?: readonly string[] | undefined;
  readonly subjectAltNames?: readonly GeneralNameInput[] | undefined;
  /** With `isCa` only. */
  readonly nameConstraints?: NameConstraintsInput | undefined;
  /** Hexadecimal, positive, at most 20 octets. @defaultValue 128 random bits */
  readonly serial?: string | undefined;
  /** @defaultValue the system clock */
  readonly now?: (() => Date) | undefined;
}

/** The parts of a certificate that its profile does not decide. */
export interface CertificateParties {
  readonly subject: Asn1;
  readonly issuer: Asn1;
  readonly spki: Uint8Array;
  readonly issuerKeyIdentifier: Uint8Array;
  readonly algorithm: Asn1;
  /** The certificate does not outlive this moment. */
  readonly notAfterLimit?: Date | undefined;
}

/** Names of the options of {@link CertificateProfile}. */
export const PROFILE_OPTIONS: readonly (keyof CertificateProfile)[] = [
  'subject',
  'isCa',
  'pathLength',
  'validityDays',
  'notBefore',
  'keyUsage',
  'extendedKeyUsage',
  'subjectAltNames',
  'nameConstraints',
  'serial',
  'now',
];

const MS_PER_DAY = 86_400_000;
const MAX_VALIDITY_DAYS = 36_500;
const DEFAULT_DAYS = { signer: 365, authority: 3650 } as const;
const DEFAULT_USAGE: Readonly<Record<'signer' | 'authority', readonly KeyUsage[]>> = {
  signer: ['digitalSignature'],
  authority: ['keyCertSign', 'cRLSign'],
};

/** The part that is signed (RFC 5280 §4.1.2). @throws InvalidCertificateError for a profile that makes no sense. */
export function writeSignedPart(
  profile: Omit<CertificateProfile, 'subject'>,
  parties: CertificateParties,
): Asn1 {
  const { isCa = false } = profile;
  if (profile.nameConstraints !== undefined && !isCa) throw refuse('nameConstraints needs isCa: true');
  const role = isCa ? 'authority' : 'signer';
  const purposes = profile.extendedKeyUsage ?? (isCa ? [] : ['codeSigning']);
  const names = profile.subjectAltNames ?? [];
  const { begin, end } = validityOf(profile, role, parties.notAfterLimit);
  return sequence(
    tagged(0, smallInteger(2)),
    unsignedInteger(serialOctets(profile.serial)),
    parties.algorithm,
    parties.issuer,
    sequence(time(begin), time(end)),
    parties.subject,
    encoded(parties.spki),
    tagged(
      3,
      sequence(
        basicConstraints({ isCa, pathLength: profile.pathLength }),
        keyUsage(profile.keyUsage ?? DEFAULT_USAGE[role]),
        ...(purposes.length === 0 ? [] : [extendedKeyUsage(purposes)]),
        ...(names.length === 0 ? [] : [subjectAltName(names)]),
        ...(profile.nameConstraints === undefined ? [] : [nameConstraints(profile.nameConstraints)]),
        subjectKeyIdentifier(keyIdentifierOf(parties.spki)),
        authorityKeyIdentifier(parties.issuerKeyIdentifier),
      ),
    ),
  );
}

function validityOf(
  {
    notBefore,
    validityDays,
    now = () => new Date(),
  }: Pick<CertificateProfile, 'notBefore' | 'validityDays' | 'now'>,
  role: 'signer' | 'authority',
  limit: Date | undefined,
): { readonly begin: Date; readonly end: Date } {
  const days = validityDays ?? DEFAULT_DAYS[role];
  if (!(days > 0) || days > MAX_VALIDITY_DAYS) {
    throw refuse(`validityDays must be above 0 and at most ${MAX_VALIDITY_DAYS}, not ${days}`);
  }
  const begin = wholeSeconds((notBefore ?? now()).getTime());
  const wanted = wholeSeconds(begin.getTime() + days * MS_PER_DAY);
  const end = limit === undefined || wanted <= limit ? wanted : limit;
  if (!(end > begin)) {
    throw refuse(`it would end at ${end.toISOString()}, with its issuer, and so before it begins`);
  }
  return { begin, end };
}

function wholeSeconds(timeMs: number): Date {
  const date = new Date(Math.floor(timeMs / 1000) * 1000);
  const year = date.getUTCFullYear();
  // A certificate writes years with four digits, and two-digit years from 1950.
  if (!(year >= 1950 && year <= 9999))
    throw refuse(`its validity must lie in the years 1950 to 9999, not ${year}`);
  return date;
}

function serialOctets(serial: string | undefined): Buffer {
  if (serial === undefined) {
    const octets = randomBytes(16);
    // Below 0x80 keeps the encoding at 16 octets; above 0 keeps all of them significant.
    octets[0] = (octetAt(octets, 0) & 0x3f) | 0x40;
    return octets;
  }
  const octets = Buffer.from(serial.padStart(serial.length + (serial.length % 2), '0'), 'hex');
  const isPositive = octets.some((octet) => octet !== 0);
  if (!/^[0-9a-f]{1,40}$/iu.test(serial) || !isPositive) {
    throw refuse(`serial must be 1 to 40 hexadecimal digits and not zero, not ${JSON.stringify(serial)}`);
  }
  return octets;
}

function refuse(parseError: string): InvalidCertificateError {
  return new InvalidCertificateError({ parseError });
}
