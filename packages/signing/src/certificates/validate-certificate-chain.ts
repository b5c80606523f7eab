/**
 * Certification path validation after RFC 5280 §6, for signers of plugins.
 *
 * Own code, because no library at hand decides this rightly; every signature is checked by node:crypto.
 * A refusal is an answer and not an exception: `errors` says which certificate, and why.
 *
 * Stricter than the RFC: no SHA-1, no RSA below 2048 bits, roots must be in their validity too, and a
 * signer must say codeSigning. Not done: certificate policies, OCSP, lists fetched from the network.
 *
 * @module
 */
import { CertificateError, CertificateNotFoundError, InvalidCertificateError } from '@truthound/protocols';
import { CERTIFICATE_PURPOSES, type CertificatePurpose, findLeafFaults } from './certificate-rules.ts';
import { type PathSearchResult, SearchBoundReached, findPath } from './find-path.ts';
import {
  type ValidationContext,
  findSelfSignatureErrors,
  findValidityErrors,
  isSelfIssued,
} from './issuer-check.ts';
import { assertKnownOptions } from './known-options.ts';
import { parseCertificate } from './parse-certificate.ts';
import { type ParsedCrl, parseCrl } from './parse-crl.ts';
import type { ParsedCertificate } from './parsed-certificate.ts';

/** A certificate as PEM text, DER bytes, or already parsed. Parsed ones remember checked signatures. */
export type CertificateInput = string | Uint8Array | ParsedCertificate;

/** What to validate, against what, as of when. */
export interface ValidateCertificateChainOptions {
  readonly leaf: CertificateInput;
  /** In any order; surplus ones do no harm. At most 64. */
  readonly intermediates?: readonly CertificateInput[] | undefined;
  /** Self-signed certificates that are trusted as they are; others only help to find the way. At most 512. */
  readonly roots: readonly CertificateInput[];
  /** Revocation lists. One that cannot be used refuses the certificates of its issuer. At most 64. */
  readonly crls?: readonly (string | Uint8Array | ParsedCrl)[] | undefined;
  /** Refuse certificates of issuers without a list in `crls`. @defaultValue false */
  readonly requireCrls?: boolean | undefined;
  /** The moment for which the answer holds. */
  readonly at: Date;
  /** The moment at which the lists must be current, where another is judged by them than `at`. @defaultValue `at` */
  readonly crlsAt?: Date | undefined;
  /** @defaultValue `codeSigning` */
  readonly purpose?: CertificatePurpose | undefined;
  /** Most authorities between leaf and root, not counting self-issued ones. @defaultValue 8 */
  readonly maxDepth?: number | undefined;
  /** Most steps of the search: authorities tried and signatures checked. @defaultValue 256 */
  readonly maxWork?: number | undefined;
}

/** The answer. `path` is empty unless `isValid`; then it leads from the leaf to the root. */
export interface CertificateChainResult {
  readonly isValid: boolean;
  readonly errors: readonly CertificateError[];
  readonly path: readonly ParsedCertificate[];
}

const MAX_INPUTS = { intermediates: 64, roots: 512, crls: 64 } as const;
const OPTIONS: readonly (keyof ValidateCertificateChainOptions)[] = [
  'leaf',
  'intermediates',
  'roots',
  'crls',
  'requireCrls',
  'at',
  'crlsAt',
  'purpose',
  'maxDepth',
  'maxWork',
];
const DEFAULT_DEPTH = 8;
const DEFAULT_WORK = 256;

/**
 * Decides whether a path leads from `leaf` to one of `roots`.
 *
 * @throws TypeError for options that are no certificates question at all: `at` not a date, an unknown option or
 *   purpose, a bound that is not a whole number. Never for what stands in a certificate.
 */
export function validateCertificateChain(options: ValidateCertificateChainOptions): CertificateChainResult {
  assertOptions(options);
  try {
    return validate(options);
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    return refused([error]);
  }
}

function validate(options: ValidateCertificateChainOptions): CertificateChainResult {
  const leaf = parseInput('leaf', () => parseCertificate(options.leaf));
  const roots = parseAll('roots', options.roots, parseCertificate);
  const intermediates = parseAll('intermediates', options.intermediates ?? [], parseCertificate);
  const context = createContext(options, parseAll('crls', options.crls ?? [], parseCrl));
  if (roots.length === 0) {
    return refused([new CertificateNotFoundError({ certId: leaf.issuer, where: 'roots, which is empty' })]);
  }
  const isAnchor = isSelfIssued(leaf) && roots.some(({ certId }) => certId === leaf.certId);
  const leafErrors = [
    ...findValidityErrors(leaf, context.at),
    ...findLeafFaults(leaf, context.purpose, { isAnchor }).map(
      (parseError) => new InvalidCertificateError({ certId: leaf.certId, parseError }),
    ),
  ];
  try {
    const search = isAnchor
      ? findSelfSigned(leaf, context)
      : findPath(leaf, { roots, intermediates }, context);
    if (!search.isFound) return refused([...leafErrors, ...search.errors]);
    if (leafErrors.length > 0) return refused(leafErrors);
    return Object.freeze({ isValid: true, errors: Object.freeze([]), path: Object.freeze(search.path) });
  } catch (error) {
    if (!(error instanceof SearchBoundReached)) throw error;
    const parseError = `no path to a root was found within ${options.maxWork ?? DEFAULT_WORK} steps (maxWork)`;
    return refused([...leafErrors, new InvalidCertificateError({ certId: leaf.certId, parseError })]);
  }
}

/** A leaf that the caller trusts directly: nothing above it vouches for it but its own signature. */
function findSelfSigned(leaf: ParsedCertificate, context: ValidationContext): PathSearchResult {
  const errors = findSelfSignatureErrors(leaf, context.spend);
  return errors.length === 0 ? { isFound: true, path: [leaf] } : { isFound: false, errors };
}

function createContext(
  options: ValidateCertificateChainOptions,
  lists: readonly ParsedCrl[],
): ValidationContext {
  const { maxDepth = DEFAULT_DEPTH, maxWork = DEFAULT_WORK, purpose = 'codeSigning' } = options;
  const at = new Date(options.at);
  let work = 0;
  const spend = (steps = 1): void => {
    work += steps;
    if (work > maxWork) throw new SearchBoundReached();
  };
  const crlsAt = options.crlsAt === undefined ? at : new Date(options.crlsAt);
  const revocation = { lists, at: crlsAt, isRequired: options.requireCrls === true, spend };
  return { at, purpose, maxDepth, revocation, spend };
}

function refused(errors: readonly CertificateError[]): CertificateChainResult {
  return Object.freeze({ isValid: false, errors: Object.freeze([...errors]), path: Object.freeze([]) });
}

function parseAll<Input, Parsed>(
  name: keyof typeof MAX_INPUTS,
  inputs: readonly Input[],
  parse: (input: Input) => Parsed,
): readonly Parsed[] {
  if (inputs.length > MAX_INPUTS[name]) {
    throw new InvalidCertificateError({
      parseError: `${name} holds ${inputs.length} entries, more than the limit of ${MAX_INPUTS[name]}`,
    });
  }
  return inputs.map((input, index) => parseInput(`${name}[${index}]`, () => parse(input)));
}

/** Says which of the inputs could not be read. */
function parseInput<Parsed>(name: string, parse: () => Parsed): Parsed {
  try {
    return parse();
  } catch (cause) {
    if (!(cause instanceof InvalidCertificateError)) throw cause;
    throw new InvalidCertificateError({ certId: name, parseError: cause.parseError }, { cause });
  }
}

function assertOptions(options: ValidateCertificateChainOptions): void {
  assertKnownOptions('validateCertificateChain', options, OPTIONS);
  const { at, purpose = 'codeSigning', maxDepth = DEFAULT_DEPTH, maxWork = DEFAULT_WORK } = options;
  for (const [name, date] of Object.entries({ at, crlsAt: options.crlsAt ?? at })) {
    if (!((date as unknown) instanceof Date) || Number.isNaN(date.getTime())) {
      throw new TypeError(
        `validateCertificateChain: ${name} must be a valid Date, the moment for which the answer holds`,
      );
    }
  }
  if (!CERTIFICATE_PURPOSES.includes(purpose)) {
    throw new TypeError(
      `validateCertificateChain: purpose must be one of ${CERTIFICATE_PURPOSES.join(', ')}, not ${JSON.stringify(purpose)}`,
    );
  }
  for (const [name, value] of Object.entries({ maxDepth, maxWork })) {
    if (!Number.isInteger(value) || value < 0 || value > 10_000) {
      throw new TypeError(
        `validateCertificateChain: ${name} must be a whole number from 0 to 10000, not ${value}`,
      );
    }
  }
  for (const name of ['roots', 'intermediates', 'crls'] as const) {
    const list: unknown = options[name];
    if (!Array.isArray(list) && (list !== undefined || name === 'roots')) {
      throw new TypeError(`validateCertificateChain: ${name} must be an array`);
    }
  }
}
