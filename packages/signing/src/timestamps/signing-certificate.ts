import { hash } from 'node:crypto';
import { readSerial } from '../certificates/certificate-body.ts';
import { DerFault } from '../certificates/der-fault.ts';
import { DerTag } from '../certificates/der-tag.ts';
import { expectTag, readSequence } from '../certificates/der-values.ts';
import { comparisonKey } from '../certificates/distinguished-name.ts';
import { readGeneralName } from '../certificates/general-name.ts';
import { type ParsedCertificate, internalsOf } from '../certificates/parsed-certificate.ts';
import { type DerElement, contentOf } from '../certificates/read-der.ts';
import { TimestampId } from './object-identifiers.ts';
import { readDigestName } from './signed-data.ts';

/** How one form of the attribute names a certificate: which hash, and where the rest begins. */
type HashReader = (members: DerElement[]) => string;

/**
 * RFC 2634 §5.4: always SHA-1. It only tells apart certificates for one key, all of which must lead to a trusted root by better
 * hashes; RFC 3161 made it mandatory, and authorities still send it.
 */
const FIRST_VERSION: HashReader = () => 'sha1';

/** RFC 5035 §4: SHA-256 where it names no hash. DER forbids to write out that default, which some do. */
const SECOND_VERSION: HashReader = (members) => {
  if (members[0]?.tag !== DerTag.SEQUENCE) return 'sha256';
  return readDigestName(members.shift(), 'the hash of its signing certificate');
};

const READERS: ReadonlyMap<string, HashReader> = new Map([
  [TimestampId.SIGNING_CERTIFICATE, FIRST_VERSION],
  [TimestampId.SIGNING_CERTIFICATE_V2, SECOND_VERSION],
]);

/**
 * Why the signed attributes do not name `certificate` as the signer's. Without this tie, a token could be shown with another
 * certificate of the same key, of another authority or another time.
 */
export function findSigningCertificateFault(
  attributes: ReadonlyMap<string, DerElement>,
  certificate: ParsedCertificate,
): string | undefined {
  const present = [...READERS].filter(([identifier]) => attributes.has(identifier));
  if (present.length === 0) return 'it does not say which certificate signed it (ESSCertID)';
  const isNamed = present.every(([identifier, readHash]) =>
    names(attributes.get(identifier), readHash, certificate),
  );
  return isNamed ? undefined : 'it was signed with another certificate than the one it carries';
}

function names(
  attribute: DerElement | undefined,
  readHash: HashReader,
  certificate: ParsedCertificate,
): boolean {
  const [list] = readSequence(attribute, 'its signing certificate', { min: 1, max: 2 });
  const [first] = readSequence(list, 'its signing certificates', { min: 1, max: 16 });
  const members = [...readSequence(first, 'its signing certificate', { min: 1, max: 3 })];
  const algorithm = readHash(members);
  const [hashed, issuerSerial, surplus] = members;
  if (surplus !== undefined)
    throw new DerFault('its signing certificate has a surplus member', surplus.start);
  const expected = contentOf(expectTag(hashed, DerTag.OCTET_STRING, 'the hash of its signing certificate'));
  if (Buffer.compare(hash(algorithm, certificate.der, 'buffer'), expected) !== 0) return false;
  return issuerSerial === undefined || isIssuerSerialOf(issuerSerial, certificate);
}

/** RFC 5035 §5: GeneralNames with the issuer's distinguished name, and the serial number. */
function isIssuerSerialOf(element: DerElement, certificate: ParsedCertificate): boolean {
  const [names, serial] = readSequence(element, 'the issuer of its signing certificate', { min: 2, max: 2 });
  const [name] = readSequence(names, 'the issuer of its signing certificate', { min: 1, max: 1 });
  if (name === undefined) return false;
  const { directoryName } = readGeneralName(name, 'name');
  return (
    directoryName !== undefined &&
    comparisonKey(directoryName) === internalsOf(certificate).issuerKey &&
    readSerial(serial) === certificate.serial
  );
}
