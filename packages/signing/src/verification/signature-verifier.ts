/**
 * The cryptographic check, which all other steps rest on.
 *
 * It runs before any of them, wherever it stands in a chain: no step sees a statement whose bytes were not verified. The
 * key comes from the caller, from the trust store, or from a certificate that the chain step has yet to trace to a root; never
 * from what the signature says about itself.
 *
 * @module
 */
import {
  CertificateError,
  InvalidSignatureError,
  SecurityError,
  SignatureAlgorithm,
  SignatureError,
  TrustLevel,
  UntrustedSignerError,
} from '@truthound/protocols';
import { counted } from '../counted.ts';
import { errorMessage } from '../error-message.ts';
import { ALGORITHMS } from '../algorithms.ts';
import { parseCertificate } from '../certificates/parse-certificate.ts';
import type { ParsedCertificate } from '../certificates/parsed-certificate.ts';
import { MAX_CERTIFICATES, preAuthEncoding } from '../dsse-envelope.ts';
import { parseStatement } from '../plugin-statement.ts';
import { certificateDigests, envelopeOf, findContradiction } from '../signature-info.ts';
import { ALGORITHM_FAMILY, type KeyFamily, type KeyInput, type SigningKey, loadKey } from '../signing-key.ts';
import type {
  Candidate,
  Finding,
  KeySource,
  StepAnswer,
  VerificationRun,
  VerificationStep,
} from './verification-run.ts';

/** Answers which key has an id, and what it may be used for. */
export interface KeyDirectory {
  findKey(
    keyId: string,
  ): { readonly key: SigningKey; readonly algorithms: readonly SignatureAlgorithm[] } | undefined;
}

/** How {@link SignatureVerifier} judges. */
export interface SignatureCheckOptions {
  /** Keys that count beside those of the trust store, for a check against one known key. */
  readonly keys?: readonly KeyInput[] | undefined;
  /** Ask tweetnacl as well for Ed25519 signatures, and refuse where the two disagree. @defaultValue false */
  readonly secondOpinion?: boolean | undefined;
}

interface FoundKey {
  readonly key: SigningKey;
  readonly source: KeySource;
  readonly algorithms: readonly SignatureAlgorithm[];
}

/** Checks each signature's bytes against the signed bytes. */
export class SignatureVerifier implements VerificationStep {
  readonly name = 'signature';
  readonly #keys: ReadonlyMap<string, SigningKey>;
  readonly #secondOpinion: boolean;
  readonly #problems = new WeakMap<VerificationRun, Map<Candidate, Finding>>();

  /** @throws SignatureError for a key that cannot be loaded */
  constructor({ keys = [], secondOpinion = false }: SignatureCheckOptions = {}) {
    this.#keys = new Map(keys.map((key) => loadKey(key)).map((key) => [key.keyId, key]));
    this.#secondOpinion = secondOpinion;
  }

  /** Verifies every signature and parses the statements of those that are right. */
  open(run: VerificationRun, directory: KeyDirectory | undefined): void {
    const problems = new Map<Candidate, Finding>();
    this.#problems.set(run, problems);
    for (const candidate of run.candidates) {
      const problem = this.#openOne(candidate, directory, run);
      if (problem !== undefined) problems.set(candidate, problem);
    }
  }

  check(run: VerificationRun): StepAnswer {
    for (const [candidate, finding] of this.#problems.get(run) ?? []) {
      if (finding.error instanceof UntrustedSignerError) run.reject(candidate, finding);
      else run.fail(finding);
    }
    const checked = run.candidates.filter(({ statement }) => statement !== undefined);
    const by = this.#secondOpinion ? ', by two implementations where there are two' : '';
    const fitting = counted(
      checked.length,
      'signature fits the signed bytes and its key',
      'signatures fit the signed bytes and their keys',
    );
    return { detail: `${fitting}${by}` };
  }

  #openOne(
    candidate: Candidate,
    directory: KeyDirectory | undefined,
    run: VerificationRun,
  ): Finding | undefined {
    const { algorithm, signerId } = candidate.info;
    try {
      this.#readEnvelope(candidate);
      const row = Object.hasOwn(ALGORITHMS, algorithm) ? ALGORITHMS[algorithm] : undefined;
      if (row?.authenticates !== true) return digestOnly(algorithm);
      const found = this.#findKey(candidate, directory);
      if (found === undefined) return unknownKey(candidate, this.#keys.size > 0);
      if (!found.algorithms.includes(algorithm)) {
        throw invalid(algorithm, `its key is for ${found.algorithms.join(', ')}, not for ${algorithm}`);
      }
      candidate.key = found.key;
      candidate.keySource = found.source;
      this.#verifyBytes(candidate, found.key, run);
      return undefined;
    } catch (cause) {
      const error = cause instanceof SecurityError ? cause : invalid(algorithm, errorMessage(cause), cause);
      return { error, remedy: `have "${signerId}" sign the plugin again` };
    }
  }

  #readEnvelope(candidate: Candidate): void {
    const envelope = envelopeOf(candidate.info);
    candidate.envelope = envelope;
    if (envelope.certificates.length > MAX_CERTIFICATES) {
      throw invalid(candidate.info.algorithm, `it carries more than ${MAX_CERTIFICATES} certificates`);
    }
    candidate.certificates = parseCertificates(envelope.certificates, candidate.info.algorithm);
    const [leaf] = candidate.certificates;
    if (leaf !== undefined && leaf.keyId !== envelope.keyId) {
      throw invalid(
        candidate.info.algorithm,
        'its first certificate is for another key than the one it was made with',
      );
    }
  }

  #findKey(candidate: Candidate, directory: KeyDirectory | undefined): FoundKey | undefined {
    const id = candidate.envelope?.keyId ?? '';
    const given = this.#keys.get(id);
    if (given !== undefined) return { key: given, source: 'given', algorithms: algorithmsOf(given.family) };
    const stored = directory?.findKey(id);
    if (stored !== undefined) return { ...stored, source: 'store' };
    const [leaf] = candidate.certificates;
    // Only a right signature makes the certificate's key count as used; only the chain step makes it trusted.
    if (leaf === undefined || this.#keys.size > 0) return undefined;
    const key = loadKey(leaf.publicKeyPem);
    return { key, source: 'certificate', algorithms: algorithmsOf(key.family) };
  }

  #verifyBytes(candidate: Candidate, key: SigningKey, run: VerificationRun): void {
    const { envelope, info } = candidate;
    if (envelope === undefined) return;
    const { algorithm } = info;
    const signed = preAuthEncoding(envelope.payload);
    const row = ALGORITHMS[algorithm];
    const fault = row.findFault(key, signed, envelope.signature);
    if (fault !== undefined) throw invalid(algorithm, fault);
    if (this.#secondOpinion) {
      if (row.findFaultBySecondOpinion === undefined) {
        run.warnings.push(`there is no second implementation to ask about a signature with ${algorithm}`);
      } else if (row.findFaultBySecondOpinion(key, signed, envelope.signature) !== undefined) {
        throw invalid(algorithm, 'a second implementation of its algorithm disagrees with the first');
      }
    }
    const statement = parseStatement(envelope.payload);
    const { signer } = statement;
    if (signer.keyId !== key.keyId || signer.algorithm !== algorithm) {
      throw invalid(algorithm, 'its statement names another key or algorithm than the one it was made with');
    }
    if (certificateDigests(envelope.certificates).join() !== signer.certificates.join()) {
      throw invalid(algorithm, 'its certificates are not the ones that its statement lists');
    }
    const contradiction = findContradiction(info, statement);
    if (contradiction !== undefined) {
      const { field, expected, seen } = contradiction;
      throw invalid(algorithm, `its ${field} was changed: ${expected} was signed, ${seen} is shown`);
    }
    candidate.statement = statement;
  }
}

function parseCertificates(ders: readonly Uint8Array[], algorithm: string): readonly ParsedCertificate[] {
  try {
    return ders.map((der) => parseCertificate(der));
  } catch (cause) {
    if (!(cause instanceof CertificateError)) throw cause;
    throw invalid(algorithm, `a certificate of its chain: ${cause.message}`, cause);
  }
}

function algorithmsOf(family: KeyFamily): readonly SignatureAlgorithm[] {
  return Object.values(SignatureAlgorithm).filter((algorithm) => ALGORITHM_FAMILY[algorithm] === family);
}

function invalid(algorithm: string, reason: string, cause?: unknown): InvalidSignatureError {
  return new InvalidSignatureError({ algorithm, reason }, { cause });
}

function digestOnly(algorithm: string): Finding {
  const reason = `${algorithm} is a digest that anyone can compute: it shows change, and proves nobody's signature`;
  return { error: invalid(algorithm, reason), remedy: 'sign with ED25519, RSA_SHA256 or an HMAC' };
}

function unknownKey(candidate: Candidate, isPinned: boolean): Finding {
  const { algorithm, signerId } = candidate.info;
  const keyId = candidate.envelope?.keyId ?? '';
  if (isPinned)
    return {
      error: invalid(algorithm, `it was made with key ${keyId}, not with the key given`),
      seen: keyId,
    };
  const error = new UntrustedSignerError({
    trustLevel: TrustLevel.UNKNOWN,
    requiredTrustLevel: TrustLevel.VERIFIED,
    reason: `key ${keyId}, which calls itself ${JSON.stringify(signerId.slice(0, 200))}, is not in the trust store, so nothing it signed can be checked`,
  });
  const remedy = `check the key id with the signer, then add the key to the trust store (truthound-sign trust add)`;
  return { error, seen: keyId, remedy };
}

/** For callers outside a chain: a {@link SignatureError} where the key cannot sign. */
export function assertCanSign(key: SigningKey): void {
  if (!key.canSign)
    throw new SignatureError('signing needs a private key, and the key given is a public one');
}
