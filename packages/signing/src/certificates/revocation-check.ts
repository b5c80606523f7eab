import {
  type CertificateError,
  CertificateExpiredError,
  CertificateRevokedError,
  InvalidCertificateError,
} from '@truthound/protocols';
import { type ParsedCrl, crlInternals } from './parse-crl.ts';
import { type ParsedCertificate, internalsOf } from './parsed-certificate.ts';
import { findSignatureFault } from './signature-check.ts';

/** Which lists there are, and how much is asked of them. */
export interface RevocationContext {
  readonly lists: readonly ParsedCrl[];
  readonly at: Date;
  /** Whether a certificate without a list of its issuer is refused. */
  readonly isRequired: boolean;
  /** Counts a signature check against the bound of the search. */
  readonly spend: () => void;
}

const SIGNATURES = new WeakMap<ParsedCrl, WeakMap<ParsedCertificate, string | undefined>>();

/**
 * Errors that the lists of `issuer` raise against `certificate`, which `issuer` has signed.
 *
 * A serial number in any correctly signed list is revoked, even if that list is out of date: it was
 * withdrawn once. The absence of a number, however, says something only in a current list.
 */
export function findRevocationErrors(
  certificate: ParsedCertificate,
  issuer: ParsedCertificate,
  context: RevocationContext,
): readonly CertificateError[] {
  const { certId, serial } = certificate;
  const { issuerKey } = internalsOf(certificate);
  const lists = context.lists.filter((list) => crlInternals(list).issuerKey === issuerKey);
  if (lists.length === 0) {
    if (!context.isRequired) return [];
    return [
      new InvalidCertificateError({ certId, parseError: `no revocation list of its issuer was given` }),
    ];
  }
  const faults = lists.map((list) => ({ list, fault: findListFault(list, issuer, context) }));
  const genuine = faults.filter(({ fault }) => fault === undefined).map(({ list }) => list);
  const entry = genuine.map(({ revoked }) => revoked.get(serial)).find((found) => found !== undefined);
  if (entry !== undefined) return [new CertificateRevokedError({ certId, ...entry })];
  if (genuine.some((list) => describeStaleness(list, context.at) === undefined)) return [];
  const [first] = genuine;
  if (first === undefined) {
    const parseError = `the revocation list of its issuer cannot be used: ${faults[0]?.fault ?? 'unknown'}`;
    return [new InvalidCertificateError({ certId, parseError })];
  }
  return [
    new CertificateExpiredError({
      certId,
      expiredAt: first.nextUpdate ?? first.thisUpdate,
      reason: `cannot be checked: the revocation list of its issuer ${describeStaleness(first, context.at) ?? ''}`,
    }),
  ];
}

function describeStaleness({ thisUpdate, nextUpdate }: ParsedCrl, at: Date): string | undefined {
  if (thisUpdate > at) return `begins only at ${thisUpdate.toISOString()}`;
  if (nextUpdate === undefined) return 'names no time of its next update';
  return nextUpdate < at ? `was to be replaced by ${nextUpdate.toISOString()}` : undefined;
}

function findListFault(
  list: ParsedCrl,
  issuer: ParsedCertificate,
  context: RevocationContext,
): string | undefined {
  if (list.unusable !== undefined) return list.unusable;
  if (issuer.keyUsage?.includes('cRLSign') === false) return 'the keyUsage of its issuer lacks cRLSign';
  const known = SIGNATURES.get(list) ?? new WeakMap<ParsedCertificate, string | undefined>();
  SIGNATURES.set(list, known);
  if (!known.has(issuer)) {
    context.spend();
    const { tbs, signature, scheme, algorithmName } = crlInternals(list);
    const { keyFacts, publicKey } = internalsOf(issuer);
    known.set(
      issuer,
      findSignatureFault({ scheme, algorithmName, signed: tbs, signature, keyFacts, publicKey }),
    );
  }
  return known.get(issuer);
}
