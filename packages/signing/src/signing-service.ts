import {
  type FilePath,
  SignatureAlgorithm,
  SignatureError,
  type SignatureInfo as SignatureInfoFields,
  type SigningService,
  type VerificationResult,
} from '@truthound/protocols';
import { errorMessage } from './error-message.ts';
import { ALGORITHMS } from './algorithms.ts';
import type { CertificateInput } from './certificates/validate-certificate-chain.ts';
import { parseCertificate } from './certificates/parse-certificate.ts';
import { type JsonValue, canonicalJson } from './canonical-json.ts';
import { MAX_CERTIFICATES, preAuthEncoding } from './dsse-envelope.ts';
import { deepFreeze } from './deep-freeze.ts';
import { toLocalPath } from './local-path.ts';
import { type PluginFacts, readPluginFacts } from './plugin-facts.ts';
import { type PluginStatement, statementBytes } from './plugin-statement.ts';
import { type PluginScan, scanPlugin } from './scan-plugin.ts';
import {
  RESERVED_METADATA,
  type SignatureInfo,
  certificateDigests,
  createSignatureInfo,
  splitCertificates,
} from './signature-info.ts';
import { type KeyInput, type SigningKey, isSelfDescribing, loadKey } from './signing-key.ts';
import type { RootDirectory } from './verification/chain-verifier.ts';
import { assertCanSign } from './verification/signature-verifier.ts';
import { type TimestampSource, addTimestamp } from './timestamps/add-timestamp.ts';
import { VerificationChainBuilder } from './verification/verification-chain-builder.ts';

const DAY_MS = 86_400_000;
const MAX_SIGNER_ID_LENGTH = 256;
/** Stands in the place of a key id where there is no key. */
const NO_KEY_ID = '0'.repeat(64);

/** How a {@link SigningServiceImpl} signs and verifies. */
export interface SigningServiceOptions {
  /** @defaultValue ED25519 */
  readonly algorithm?: SignatureAlgorithm | undefined;
  /** Who signs; where a certificate goes with the signature, its common name. */
  readonly signerId: string;
  /** How long a signature counts, in days; `Infinity` for ever. @defaultValue 365 */
  readonly validityDays?: number | undefined;
  /** Keys, certificates and revocations that `verify` goes by. */
  readonly trustStore?: RootDirectory | undefined;
  /** Roots of time-stamping authorities, whose word `verify` takes for when a signature was made. @defaultValue none */
  readonly timestampRoots?: readonly CertificateInput[] | undefined;
  /** @defaultValue the system's clock */
  readonly now?: (() => Date) | undefined;
}

/** What to sign, and with what. */
export interface SignOptions {
  readonly pluginPath: FilePath;
  /** PEM, JWK, raw bytes, a `KeyObject`; the secret for an HMAC. Ignored by SHA256 and SHA512. */
  readonly privateKey?: KeyInput | undefined;
  readonly passphrase?: string | undefined;
  /** The signer's certificate and its issuers: PEM (several blocks, leaf first) or DER. */
  readonly certificate?: string | Uint8Array | undefined;
  /** Anything that JSON can hold; signed. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  /** Grows with every release. @defaultValue the time of signing in milliseconds */
  readonly sequence?: number | undefined;
  /** Has the signature time-stamped. Called once with what to ask an authority for. @defaultValue no time-stamp */
  readonly timestamp?: TimestampSource | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Signs plugins, and checks single signatures. */
export class SigningServiceImpl implements SigningService {
  readonly algorithm: SignatureAlgorithm;
  readonly signerId: string;
  readonly validityDays: number;
  readonly #trustStore: RootDirectory | undefined;
  readonly #timestampRoots: readonly CertificateInput[] | undefined;
  readonly #now: () => Date;

  /** @throws SignatureError for an unknown algorithm or an unusable signer id; RangeError for `validityDays` */
  constructor(options: SigningServiceOptions) {
    const { algorithm = SignatureAlgorithm.ED25519, signerId, validityDays = 365 } = options;
    if (!Object.hasOwn(ALGORITHMS, algorithm)) {
      throw new SignatureError(
        `"${algorithm}" is not an algorithm: choose one of ${Object.keys(ALGORITHMS).join(', ')}`,
      );
    }
    assertSignerId(signerId);
    if (!(validityDays > 0)) throw new RangeError(`validityDays must be greater than 0, not ${validityDays}`);
    this.algorithm = algorithm;
    this.signerId = signerId;
    this.validityDays = validityDays;
    this.#trustStore = options.trustStore;
    this.#timestampRoots = options.timestampRoots && Object.freeze([...options.timestampRoots]);
    this.#now = options.now ?? (() => new Date());
  }

  /**
   * Signs every file of a plugin. Nothing is written: see `writeSignatures`.
   *
   * @throws SignatureError when the plugin holds what cannot be signed, or the key does not fit the algorithm.
   */
  async sign(options: SignOptions): Promise<SignatureInfo> {
    const metadata = checkMetadata(options.metadata ?? {});
    const key = this.#loadSigningKey(options);
    const certificates = splitCertificates(options.certificate ?? '');
    this.#checkCertificates(certificates, key);
    const scan = await scanPlugin(toLocalPath(options.pluginPath), { signal: options.signal });
    const createdAt = this.#now();
    const statement: PluginStatement = deepFreeze({
      plugin: factsOf(scan),
      sequence: checkSequence(options.sequence ?? createdAt.getTime()),
      createdAt,
      expiresAt:
        this.validityDays === Infinity
          ? undefined
          : new Date(createdAt.getTime() + this.validityDays * DAY_MS),
      signer: {
        id: this.signerId,
        algorithm: this.algorithm,
        keyId: key?.keyId ?? NO_KEY_ID,
        certificates: certificateDigests(certificates),
      },
      pluginHash: scan.pluginHash,
      files: scan.files,
      metadata,
    });
    const payload = statementBytes(statement);
    const signature = ALGORITHMS[this.algorithm].sign(key, preAuthEncoding(payload));
    const envelope = {
      payload,
      keyId: statement.signer.keyId,
      signature: Uint8Array.from(signature),
      certificates,
    };
    const made = createSignatureInfo(envelope, statement);
    const { timestamp, signal } = options;
    return timestamp === undefined ? made : addTimestamp(made, timestamp, { signal });
  }

  /**
   * Checks one signature against the files as they are now: integrity, expiry, signature, and trust where the service has a
   * trust store. With `key`, exactly that key must have made it.
   */
  async verify(options: {
    readonly pluginPath: FilePath;
    readonly signature: SignatureInfoFields;
    readonly key?: KeyInput | undefined;
    readonly signal?: AbortSignal | undefined;
  }): Promise<VerificationResult> {
    const { pluginPath, signature, key, signal } = options;
    const keys = key === undefined ? [] : [this.#loadVerifyingKey(key).key];
    const plain = new VerificationChainBuilder({ now: this.#now })
      .withIntegrityCheck()
      .withExpirationCheck()
      .withSignatureCheck({ keys });
    const roots = this.#timestampRoots;
    const basis = roots === undefined ? plain : plain.withTimestampCheck({ roots });
    const store = this.#trustStore;
    const chain = store === undefined ? basis : basis.withTrustCheck(store).withChainCheck(store);
    return chain.build().verify({ pluginPath, signature, signal });
  }

  /** SHA-256, lower-case hex, of the canonical list of all files: the same on every machine. @throws SignatureError */
  async getPluginHash(
    pluginPath: FilePath,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<string> {
    const { pluginHash } = await scanPlugin(toLocalPath(pluginPath), options);
    return pluginHash;
  }

  #loadSigningKey({ privateKey, passphrase }: SignOptions): SigningKey | undefined {
    if (!ALGORITHMS[this.algorithm].authenticates) return undefined;
    if (privateKey === undefined) throw new SignatureError(`${this.algorithm} needs a private key`);
    const key = loadKey(privateKey, { algorithm: this.algorithm, passphrase, use: 'sign' });
    assertCanSign(key);
    return key;
  }

  /** PEM, JWK and KeyObject say what they are; raw bytes and secrets are what this service is for. */
  #loadVerifyingKey(key: KeyInput): SigningKey {
    const isAuthenticating = ALGORITHMS[this.algorithm].authenticates;
    return loadKey(key, isAuthenticating && !isSelfDescribing(key) ? { algorithm: this.algorithm } : {});
  }

  #checkCertificates(certificates: readonly Uint8Array[], key: SigningKey | undefined): void {
    if (certificates.length > MAX_CERTIFICATES) {
      throw new SignatureError(
        `a signature carries at most ${MAX_CERTIFICATES} certificates, not ${certificates.length}`,
      );
    }
    const [leaf] = certificates.map((der) => parseCertificate(der));
    if (leaf === undefined) return;
    if (leaf.keyId !== key?.keyId) {
      throw new SignatureError('the first certificate is for another key than the private key given');
    }
    if (leaf.subjectCommonName !== this.signerId) {
      throw new SignatureError(
        `the certificate is for "${leaf.subjectCommonName ?? leaf.subject}", and the signer id is "${this.signerId}": they must be equal`,
      );
    }
  }
}

function assertSignerId(signerId: unknown): void {
  const isUsable =
    typeof signerId === 'string' &&
    signerId.trim() !== '' &&
    signerId.length <= MAX_SIGNER_ID_LENGTH &&
    !/[\p{Cc}\p{Surrogate}]/u.test(signerId);
  if (!isUsable) {
    throw new SignatureError(
      `signerId must be a text of 1 to ${MAX_SIGNER_ID_LENGTH} characters without control characters`,
    );
  }
}

function checkMetadata(metadata: Readonly<Record<string, unknown>>): Readonly<Record<string, JsonValue>> {
  const reserved = RESERVED_METADATA.find((key) => Object.hasOwn(metadata, key));
  if (reserved !== undefined) {
    throw new SignatureError(`metadata.${reserved} is filled in by the signature itself: use another name`);
  }
  try {
    // Through the canonical text, so that what is shown now is what will be read back.
    return JSON.parse(canonicalJson(metadata)) as Readonly<Record<string, JsonValue>>;
  } catch (cause) {
    throw new SignatureError(`metadata cannot be signed: ${errorMessage(cause)}`, {}, { cause });
  }
}

function checkSequence(sequence: number): number {
  if (!Number.isSafeInteger(sequence) || sequence < 0) {
    throw new SignatureError(`sequence must be a whole number of at least 0, not ${sequence}`);
  }
  return sequence;
}

function factsOf(scan: PluginScan): PluginFacts {
  try {
    return readPluginFacts(scan.packageJson);
  } catch (cause) {
    throw new SignatureError(`package.json ${errorMessage(cause)}`, {}, { cause });
  }
}
