import { InvalidCertificateError } from '@truthound/protocols';
import {
  type Asn1,
  encoded,
  enumerated,
  sequence,
  smallInteger,
  tagged,
  time,
  unsignedInteger,
} from './asn1-writer.ts';
import { type PrivateKeyInput, createCertificateSigner } from './certificate-signer.ts';
import { authorityKeyIdentifier, keyIdentifierOf, writeExtension } from './extension-writer.ts';
import { ExtensionId } from './object-identifiers.ts';
import { parseCertificate } from './parse-certificate.ts';
import { REVOCATION_REASONS, type RevocationReason, parseCrl } from './parse-crl.ts';
import { type ParsedCertificate, internalsOf } from './parsed-certificate.ts';
import { encodePem } from './pem.ts';

/** One certificate to withdraw. */
export interface RevokedCertificate {
  /** Hexadecimal, as in `ParsedCertificate`. */
  readonly serial: string;
  readonly revokedAt: Date;
  /** @defaultValue `unspecified`, which is not written */
  readonly reason?: RevocationReason | undefined;
}

/** What a revocation list says, and who says it. */
export interface CreateCrlOptions {
  readonly issuerCertificate: string | Uint8Array | ParsedCertificate;
  readonly issuerKey: PrivateKeyInput;
  /** All that are withdrawn, not only the newest. */
  readonly revoked: readonly RevokedCertificate[];
  /** Greater than that of the list before. */
  readonly number: number;
  /** @defaultValue now */
  readonly thisUpdate?: Date | undefined;
  /** Days for which the list counts. @defaultValue 7 */
  readonly validityDays?: number | undefined;
}

const MS_PER_DAY = 86_400_000;
const MAX_VALIDITY_DAYS = 3650;

/**
 * Makes a complete certificate revocation list (RFC 5280 §5) as PEM text.
 *
 * @throws InvalidCertificateError when the issuer may not sign lists, the key is not its own, or an entry is wrong.
 */
export function createCrl(options: CreateCrlOptions): string {
  const issuer = parseCertificate(options.issuerCertificate);
  const signer = createCertificateSigner(options.issuerKey);
  if (Buffer.compare(signer.spki, internalsOf(issuer).spki) !== 0) {
    throw refuse('issuerKey is not the key of issuerCertificate', issuer.certId);
  }
  if (!issuer.isCa || issuer.keyUsage?.includes('cRLSign') === false) {
    throw refuse('it may not sign revocation lists (isCa, keyUsage cRLSign)', issuer.certId);
  }
  const { number, validityDays = 7, thisUpdate = new Date() } = options;
  if (!Number.isInteger(number) || number < 0 || number > 2 ** 31 - 1) {
    throw refuse(`number must be a whole number from 0 to ${2 ** 31 - 1}, not ${number}`);
  }
  if (!(validityDays > 0 && validityDays <= MAX_VALIDITY_DAYS)) {
    throw refuse(`validityDays must be above 0 and at most ${MAX_VALIDITY_DAYS}, not ${validityDays}`);
  }
  const nextUpdate = new Date(thisUpdate.getTime() + validityDays * MS_PER_DAY);
  const keyIdentifier =
    issuer.subjectKeyIdentifier === undefined
      ? keyIdentifierOf(signer.spki)
      : Buffer.from(issuer.subjectKeyIdentifier, 'hex');
  const entries = options.revoked.map(writeEntry);
  const der = signer.seal(
    sequence(
      smallInteger(1),
      signer.algorithm,
      encoded(internalsOf(issuer).subjectName.der),
      time(thisUpdate),
      time(nextUpdate),
      // RFC 5280 §5.1.2.6: an empty list is left out.
      ...(entries.length === 0 ? [] : [sequence(...entries)]),
      tagged(
        0,
        sequence(
          authorityKeyIdentifier(keyIdentifier),
          writeExtension(ExtensionId.CRL_NUMBER, smallInteger(number), { isCritical: false }),
        ),
      ),
    ),
  );
  parseCrl(der);
  return encodePem('X509 CRL', der);
}

function writeEntry({ serial, revokedAt, reason = 'unspecified' }: RevokedCertificate): Asn1 {
  if (!/^[0-9a-f]{1,40}$/iu.test(serial)) {
    throw refuse(
      `serial ${JSON.stringify(serial)} of a revoked certificate is not 1 to 40 hexadecimal digits`,
    );
  }
  const octets = Buffer.from(serial.padStart(serial.length + (serial.length % 2), '0'), 'hex');
  const code = REVOCATION_REASONS.indexOf(reason);
  if (code === -1 || reason === 'removeFromCRL') {
    throw refuse(`reason ${JSON.stringify(reason)} cannot stand in a complete revocation list`);
  }
  const extensions =
    code === 0
      ? []
      : [sequence(writeExtension(ExtensionId.REASON_CODE, enumerated(code), { isCritical: false }))];
  return sequence(unsignedInteger(octets), time(revokedAt), ...extensions);
}

function refuse(parseError: string, certId?: string): InvalidCertificateError {
  return new InvalidCertificateError({ certId, parseError });
}
