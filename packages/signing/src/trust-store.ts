/**
 * Whom the host trusts: keys and certificates, their signers, and what was withdrawn.
 *
 * Every question first looks whether the file was replaced meanwhile (one `stat`), so that a revocation made by another
 * process is seen at once. Every change is made to the newest state, under a lock, and is on disk before its promise
 * resolves.
 *
 * @module
 */
import { createPublicKey } from 'node:crypto';
import {
  type FilePath,
  InvalidCertificateError,
  type RevocationOptions,
  type SignatureAlgorithm,
  TrustLevel,
  type TrustStore,
  type TrustedCertificate,
  type Unsubscribe,
  createUnsubscribe,
} from '@truthound/protocols';
import { parseCertificate } from './certificates/parse-certificate.ts';
import type { ParsedCertificate } from './certificates/parsed-certificate.ts';
import { deepFreeze } from './deep-freeze.ts';
import { toLocalPath } from './local-path.ts';
import type { SignedDocument } from './signed-document.ts';
import { type KeyInput, type SigningKey, loadKey } from './signing-key.ts';
import {
  addCertificate,
  addKey,
  addRevocation,
  recordSequence,
  removeCertificate,
  removeKey,
  setSignerLevel,
} from './trust/trust-changes.ts';
import { EMPTY_TRUST, type TrustDocument } from './trust/trust-document.ts';
import { applyKeyRotation } from './trust/key-rotation.ts';
import { importRevocationList } from './trust/revocation-list.ts';
import { type TrustRoot, pinTrustRoot, updateTrustRoot } from './trust/trust-root.ts';
import { TrustFile } from './trust/trust-file.ts';
import { TrustIndex, isWithin } from './trust/trust-index.ts';
import type { RootDirectory, TrustedRoot } from './verification/chain-verifier.ts';
import {
  type Revocation,
  type RevocationSubject,
  type TrustedKey,
  isLevelEnough,
} from './verification/trust-verifier.ts';

/** Where a trust store keeps its content, and the clock it goes by. */
export interface TrustStoreOptions {
  /** JSON file, made on the first change. @defaultValue in memory only */
  readonly persistPath?: FilePath | undefined;
  /** @defaultValue the system's clock */
  readonly now?: (() => Date) | undefined;
}

/** What a key is trusted for. */
export interface AddKeyOptions {
  /** A public key, or the secret of an HMAC. Of a private key only the public part is kept. */
  readonly key: KeyInput;
  readonly signerId: string;
  /** @defaultValue TRUSTED */
  readonly trustLevel?: TrustLevel;
  /** Plugins that it may sign: ids, with `*` for any run of characters. @defaultValue all */
  readonly pluginIds?: readonly string[];
  /** The one algorithm that it may be used with. Needed for raw bytes. @defaultValue all of its family */
  readonly algorithm?: SignatureAlgorithm;
}

/** A withdrawal, also of a range of versions of one plugin: from `fromVersion` on, before `beforeVersion`. */
export interface RevokeOptions extends RevocationOptions {
  readonly pluginId?: string;
  readonly fromVersion?: string;
  readonly beforeVersion?: string;
}

/** A key of a trust store, without its material. */
export interface TrustedKeySummary {
  readonly keyId: string;
  readonly signerId: string;
  readonly trustLevel: TrustLevel;
  readonly algorithms: readonly SignatureAlgorithm[];
  readonly pluginIds: readonly string[] | undefined;
  readonly isRevoked: boolean;
  readonly addedAt: Date;
}

/** A trust store in memory or in a file. */
export class TrustStoreImpl implements TrustStore, RootDirectory {
  readonly #file: TrustFile | undefined;
  readonly #now: () => Date;
  readonly #handlers = new Set<() => void>();
  #index = new TrustIndex(EMPTY_TRUST);
  #queue: Promise<unknown> = Promise.resolve();

  /** Reads the file where there is one. @throws TrustStoreError when it is damaged, newer than this release, or writable by others */
  constructor({ persistPath, now }: TrustStoreOptions = {}) {
    this.#now = now ?? (() => new Date());
    this.#file = persistPath === undefined ? undefined : new TrustFile(toLocalPath(persistPath));
    this.refresh();
  }

  /** Takes over what other processes wrote. Every question does this by itself. @throws TrustStoreError */
  refresh(): void {
    const changed = this.#file?.readIfChanged();
    if (changed !== undefined) this.#install(changed);
  }

  /** Calls `handler` after every change, also one that another process made, once this process sees it. */
  on(_event: 'change', handler: () => void): Unsubscribe {
    this.#handlers.add(handler);
    return createUnsubscribe(() => void this.#handlers.delete(handler));
  }

  async addTrustedKey(options: AddKeyOptions): Promise<string> {
    const { signerId, trustLevel = TrustLevel.TRUSTED, pluginIds, algorithm } = options;
    if (typeof signerId !== 'string' || signerId.trim() === '')
      throw new TypeError('signerId must be a non-empty text');
    const key = publicPart(loadKey(options.key, { algorithm }));
    await this.#change((document) =>
      addKey(document, { key, signerId, trustLevel, algorithm, pluginIds }, this.#now()),
    );
    return key.keyId;
  }

  async removeKey(keyId: string): Promise<boolean> {
    return this.#change((document) => removeKey(document, keyId));
  }

  async addTrustedCertificate(options: {
    readonly cert: string | Uint8Array;
    readonly trustLevel?: TrustLevel;
    readonly metadata?: Readonly<Record<string, unknown>>;
  }): Promise<string> {
    const { trustLevel = TrustLevel.TRUSTED, metadata = {} } = options;
    const certificate = parseCertificate(options.cert);
    await this.#change((document) =>
      addCertificate(document, { certificate, trustLevel, metadata }, this.#now()),
    );
    return certificate.certId;
  }

  async removeCertificate(certId: string): Promise<boolean> {
    return this.#change((document) => removeCertificate(document, certId.toLowerCase()));
  }

  /** Records a withdrawal, also of what the store does not hold. Answers whether it holds what was withdrawn. */
  async revokeCertificate(options: RevokeOptions): Promise<boolean> {
    await this.#change((document) => addRevocation(document, options, this.#now()));
    const { certId, serial, keyId } = options;
    if (certId === undefined && serial === undefined && keyId === undefined) return true;
    const isKnownKey = keyId !== undefined && this.#index.findKey(keyId.toLowerCase()) !== undefined;
    const now = this.#now();
    return (
      isKnownKey ||
      this.#index.certificates.some(
        ({ certificate }) =>
          (certificate.certId === certId?.toLowerCase() || serial !== undefined || keyId !== undefined) &&
          this.#index.findCertificateRevocation(certificate, now) !== undefined,
      )
    );
  }

  /**
   * Takes over a list made by `signRevocationList`: signed by enough keys of the trust root, or, where there is none, by a key that is
   * trusted for all plugins. Answers whether it was new.
   * @throws TrustStoreError, SignatureError
   */
  async importRevocations(signedList: SignedDocument): Promise<boolean> {
    return this.#change((document) => importRevocationList(document, signedList, this.#now()));
  }

  /** When the next revocation list is due; `undefined` when none was ever imported. */
  get revocationsDueAt(): Date | undefined {
    const dates = this.#current().document.lists.map(({ nextUpdate }) => Date.parse(nextUpdate));
    return dates.length === 0 ? undefined : new Date(Math.min(...dates));
  }

  /** Takes over a record made by `signKeyRotation`. @throws TrustStoreError, SignatureError */
  async rotateKey(signedRotation: SignedDocument): Promise<boolean> {
    return this.#change((document) => applyKeyRotation(document, signedRotation, this.#now()));
  }

  /** The keys that may sign revocation lists and their own successors. */
  get trustRoot(): TrustRoot | undefined {
    const { root } = this.#current().document;
    return root === null ? undefined : deepFreeze({ ...root, expiresAt: new Date(root.expiresAt) });
  }

  /** Sets the first trust root. @throws TrustStoreError */
  async pinTrustRoot(root: TrustRoot): Promise<boolean> {
    return this.#change((document) => pinTrustRoot(document, root));
  }

  /** Replaces the trust root by the next one, made by `signTrustRoot`. @throws TrustStoreError, SignatureError */
  async updateTrustRoot(signedRoot: SignedDocument): Promise<boolean> {
    return this.#change((document) => updateTrustRoot(document, signedRoot, this.#now()));
  }

  /** The highest sequence of a plugin that was accepted; `undefined` for none. */
  getSequence(pluginId: string): number | undefined {
    const { sequences } = this.#current().document;
    return Object.hasOwn(sequences, pluginId) ? sequences[pluginId] : undefined;
  }

  /** Remembers that a plugin was accepted with a sequence, so that `refuseRollback` refuses older ones. Never goes back. */
  async acceptSequence(pluginId: string, sequence: number): Promise<boolean> {
    return this.#change((document) => recordSequence(document, pluginId, sequence));
  }

  /** Sets a signer's level, up or down; it caps the levels of the signer's keys. */
  async setSignerTrust(signerId: string, trustLevel: TrustLevel): Promise<void> {
    await this.#change((document) => setSignerLevel(document, signerId, trustLevel));
  }

  /** Whether a certificate of the store is in force. `at`: the moment that its validity is judged by; a withdrawal counts always. */
  isTrusted(
    cert: string | Uint8Array,
    at?: Date,
  ): { readonly isTrusted: boolean; readonly trustLevel: TrustLevel } {
    const certificate = tryParse(cert);
    const index = this.#current();
    if (certificate === undefined) return { isTrusted: false, trustLevel: TrustLevel.UNKNOWN };
    const now = this.#now();
    if (index.findCertificateRevocation(certificate, now) !== undefined) {
      return { isTrusted: false, trustLevel: TrustLevel.REVOKED };
    }
    const known = index.findCertificate(certificate.certId);
    if (known === undefined || !isWithin(certificate, at ?? now))
      return { isTrusted: false, trustLevel: TrustLevel.UNKNOWN };
    const { trustLevel } = known.record;
    return { isTrusted: trustLevel === TrustLevel.TRUSTED || trustLevel === TrustLevel.VERIFIED, trustLevel };
  }

  getTrustLevel(signerId: string): TrustLevel {
    return this.#current().levelOf(signerId, this.#now());
  }

  getSignerCap(signerId: string): TrustLevel | undefined {
    const { signers } = this.#current().document;
    return Object.hasOwn(signers, signerId) ? signers[signerId] : undefined;
  }

  findKey(keyId: string): TrustedKey | undefined {
    return this.#current().findKey(keyId);
  }

  findRevocation(subject: RevocationSubject): Revocation | undefined {
    return this.#current().findRevocation(subject);
  }

  listRoots(): readonly TrustedRoot[] {
    const index = this.#current();
    const now = this.#now();
    return index.certificates
      .filter(
        ({ certificate, record }) =>
          certificate.isCa && isLevelEnough(record.trustLevel, TrustLevel.VERIFIED),
      )
      .filter(({ certificate }) => index.findCertificateRevocation(certificate, now) === undefined)
      .map(({ certificate, record }) => ({ certificate, trustLevel: record.trustLevel }));
  }

  listCertificates(): readonly TrustedCertificate[] {
    const index = this.#current();
    const now = this.#now();
    return deepFreeze(
      index.certificates.map(({ record, certificate }) => {
        const revocation = index.findCertificateRevocation(certificate, now);
        return {
          certId: record.certId,
          subject: certificate.subject,
          trustLevel: revocation === undefined ? record.trustLevel : TrustLevel.REVOKED,
          addedAt: new Date(record.addedAt),
          notAfter: certificate.notAfter,
          revokedAt: revocation?.revokedAt,
          revocationReason: revocation?.reason,
          metadata: record.metadata,
        };
      }),
    );
  }

  listKeys(): readonly TrustedKeySummary[] {
    const index = this.#current();
    const now = this.#now();
    return deepFreeze(
      index.document.keys.map(({ keyId, signerId, trustLevel, algorithms, pluginIds, addedAt }) => ({
        keyId,
        signerId,
        trustLevel,
        algorithms,
        pluginIds: pluginIds ?? undefined,
        isRevoked: index.findRevocation({ keyId, signedAt: now }) !== undefined,
        addedAt: new Date(addedAt),
      })),
    );
  }

  listTrustedSigners(): readonly string[] {
    const index = this.#current();
    const now = this.#now();
    return Object.freeze(index.signerIds.filter((id) => index.levelOf(id, now) === TrustLevel.TRUSTED));
  }

  #current(): TrustIndex {
    this.refresh();
    return this.#index;
  }

  #adopt(document: TrustDocument): void {
    if (document === this.#index.document) return;
    this.#install(new TrustIndex(deepFreeze(document)));
  }

  #install(index: TrustIndex): void {
    this.#index = index;
    for (const handler of [...this.#handlers]) notify(handler);
  }

  /** Runs one change after another; answers whether it changed anything. */
  #change(change: (document: TrustDocument) => TrustDocument): Promise<boolean> {
    const run = this.#queue.then(async () => {
      let isChanged = false;
      const noting = (before: TrustDocument): TrustDocument => {
        const after = change(before);
        isChanged = after !== before;
        return after;
      };
      this.#adopt(this.#file === undefined ? noting(this.#index.document) : await this.#file.update(noting));
      return isChanged;
    });
    this.#queue = run.catch(() => undefined);
    return run;
  }
}

/** A handler that throws must not keep others from hearing of a revocation, nor the question that noticed it from its answer. */
function notify(handler: () => void): void {
  try {
    handler();
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    process.emitWarning(`a "change" handler of a trust store failed: ${reason}`);
  }
}

function publicPart(key: SigningKey): SigningKey {
  return key.family !== 'hmac' && key.canSign ? loadKey(createPublicKey(key.key)) : key;
}

function tryParse(cert: string | Uint8Array): ParsedCertificate | undefined {
  try {
    return parseCertificate(cert);
  } catch (cause) {
    if (cause instanceof InvalidCertificateError) return undefined;
    throw cause;
  }
}
