/**
 * Runs the steps of a verification and writes the verdict.
 *
 * The first step that leaves too few signatures, or finds the plugin changed, ends the run; later steps are reported as
 * skipped. Whatever the steps say, a plugin is valid only when its signatures were verified.
 *
 * @module
 */
import {
  type FilePath,
  SecurityError,
  SignatureError,
  type SignatureInfo as SignatureInfoFields,
  SignatureTamperError,
  TrustLevel,
  type VerificationResult,
  type VerificationStepReport,
  type VerificationVerdict,
} from '@truthound/protocols';
import { counted } from '../counted.ts';
import { errorMessage } from '../error-message.ts';
import { deepFreeze } from '../deep-freeze.ts';
import { toLocalPath } from '../local-path.ts';
import { parseStatement } from '../plugin-statement.ts';
import { type PluginScan, scanPlugin } from '../scan-plugin.ts';
import { readSignatures } from '../signature-file.ts';
import { MAX_SIGNATURES, MAX_SIGNATURE_FILE_BYTES } from '../signature-limits.ts';
import type { SignatureInfo } from '../signature-info.ts';
import { ChainVerifier } from './chain-verifier.ts';
import { countDistinctSigners } from './count-signers.ts';
import { MissingSignatureError } from './missing-signature-error.ts';
import { SignatureVerifier } from './signature-verifier.ts';
import { TimestampVerifier } from './timestamp-verifier.ts';
import { TrustVerifier, isLevelEnough, untrusted } from './trust-verifier.ts';
import {
  type Finding,
  VERDICT_ORDER,
  VerificationRun,
  type VerificationStep,
  verdictOf,
} from './verification-run.ts';

/** What to verify. */
export interface VerifyOptions {
  readonly pluginPath: FilePath;
  /** One signature. @defaultValue those of the plugin's signature file */
  readonly signature?: SignatureInfoFields | undefined;
  readonly signatures?: readonly SignatureInfoFields[] | undefined;
  /** For custom handlers; not changed. */
  readonly context?: Readonly<Record<string, unknown>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Reads the plugin's files for a run. The snapshot hands in one that copies as well. */
export type ScanForRun = (run: VerificationRun) => Promise<PluginScan>;

/** An immutable chain of steps. Made by `VerificationChainBuilder`. */
export class VerificationChain {
  readonly #steps: readonly VerificationStep[];
  readonly #threshold: number;
  readonly #now: () => Date;

  constructor(steps: readonly VerificationStep[], threshold: number, now: () => Date) {
    this.#steps = Object.freeze([...steps]);
    this.#threshold = threshold;
    this.#now = now;
    Object.freeze(this);
  }

  /** Names of the steps, in the order they report. */
  get steps(): readonly string[] {
    return Object.freeze([...this.#steps.map(({ name }) => name), 'threshold']);
  }

  /** Answers whether the plugin may be believed, and why. Rejects only when cancelled or misused. */
  verify(options: VerifyOptions): Promise<VerificationResult> {
    return this.verifyWith(options, ({ pluginPath, signal }) => scanPlugin(pluginPath, { signal }));
  }

  /** {@link verify} with another way to read the files. The files it answers must be those that will be used. */
  async verifyWith(options: VerifyOptions, scan: ScanForRun): Promise<VerificationResult> {
    const pluginPath = toLocalPath(options.pluginPath);
    options.signal?.throwIfAborted();
    const reports: VerificationStepReport[] = [];
    let signatures: readonly SignatureInfoFields[];
    try {
      signatures = await signaturesOf(options);
    } catch (cause) {
      return this.#unreadable(toSecurityError(cause), reports);
    }
    const now = this.#now();
    const { context = {}, signal } = options;
    const run = new VerificationRun({ pluginPath, now, context, signal, signatures, scan });
    await this.#runSteps(run, reports);
    await run.scanned?.catch(() => undefined);
    signal?.throwIfAborted();
    return this.#conclude(run, reports);
  }

  async #runSteps(run: VerificationRun, reports: VerificationStepReport[]): Promise<void> {
    const trust = this.#steps.find((step) => step instanceof TrustVerifier);
    if (trust !== undefined) run.requiredTrustLevel = trust.requiredTrustLevel;
    const signature = this.#steps.find((step) => step instanceof SignatureVerifier);
    if (signature === undefined) openUnverified(run);
    else {
      signature.open(run, trust?.directory);
      this.#steps.find((step) => step instanceof TimestampVerifier)?.open(run);
    }
    for (const step of this.#steps) {
      if (isOver(run))
        reports.push({
          step: step.name,
          status: 'skipped',
          detail: 'an earlier step ended the verification',
        });
      else reports.push(await runStep(step, run));
    }
    if (!isOver(run))
      rejectUnanchored(
        run,
        this.#steps.some((step) => step instanceof ChainVerifier),
      );
    reports.push(this.#countSigners(run, signature !== undefined));
  }

  #countSigners(run: VerificationRun, isVerified: boolean): VerificationStepReport {
    const step = 'threshold';
    if (run.failures.length > 0)
      return { step, status: 'skipped', detail: 'an earlier step ended the verification' };
    if (!isVerified) {
      const error = new SignatureError('no signature was verified: the chain has no signature step');
      const remedy = 'add withSignatureCheck() to the chain';
      run.fail({ error, remedy });
      return { step, status: 'failed', detail: error.message, remedy };
    }
    const count = countDistinctSigners(run.counting);
    const needed = `${this.#threshold} needed`;
    if (count >= this.#threshold)
      return { step, status: 'passed', detail: `${counted(count, 'distinct signer')}, ${needed}` };
    const detail = `${counted(count, 'distinct signer with a key of its own', 'distinct signers with keys of their own')}, ${needed}`;
    if (run.rejections.size === 0) {
      const trustLevel =
        count === 0 ? TrustLevel.UNKNOWN : (run.counting[0]?.trustLevel ?? TrustLevel.UNKNOWN);
      const [first] = run.candidates;
      if (first !== undefined) run.fail({ error: untrusted(run, first, trustLevel, detail) });
    }
    const remedy = 'have another signer, with another key, co-sign the plugin (truthound-sign cosign)';
    return { step, status: 'failed', detail, expected: String(this.#threshold), seen: String(count), remedy };
  }

  async #conclude(
    run: VerificationRun,
    reports: readonly VerificationStepReport[],
  ): Promise<VerificationResult> {
    const rejections = [...run.rejections.values()];
    const isEnough = run.failures.length === 0 && reports.every(({ status }) => status !== 'failed');
    const objections = isEnough ? [] : [...run.failures, ...rejections];
    const warnings = [
      ...new Set([...run.warnings, ...(isEnough ? rejections.map(({ error }) => error.message) : [])]),
    ];
    const counting =
      run.failures.length > 0 ? [] : run.counting.filter(({ statement }) => statement !== undefined);
    const signers = counting.map(({ statement, key, trustLevel }) => ({
      signerId: statement?.signer.id ?? '',
      keyId: key?.keyId ?? '',
      trustLevel,
    }));
    const isValid = isEnough && signers.length > 0;
    const strongest = signers.find(({ trustLevel }) => trustLevel === TrustLevel.TRUSTED) ?? signers[0];
    const verdict = isValid ? 'verified' : worstVerdict(objections);
    const files = isValid ? ((await run.scanned)?.files ?? counting[0]?.statement?.files ?? []) : [];
    return deepFreeze<VerificationResult>({
      isValid,
      verdict,
      trustLevel: strongest?.trustLevel ?? (verdict === 'revoked' ? TrustLevel.REVOKED : TrustLevel.UNKNOWN),
      signerId: strongest?.signerId,
      signers,
      errors: Object.freeze(objections.map(({ error }) => error)),
      warnings,
      files,
      steps: reports,
      verifiedAt: run.now,
    });
  }

  /** The signatures themselves could not be read. */
  #unreadable(error: SecurityError, reports: readonly VerificationStepReport[]): VerificationResult {
    const skipped = this.#steps.map(({ name }) => ({
      step: name,
      status: 'skipped' as const,
      detail: 'there is no signature to check',
    }));
    const verdict = verdictOf(error);
    const remedy =
      verdict === 'unsigned'
        ? 'sign the plugin (truthound-sign sign)'
        : 'restore the signature file, or sign again';
    return deepFreeze<VerificationResult>({
      isValid: false,
      verdict,
      trustLevel: TrustLevel.UNKNOWN,
      signerId: undefined,
      signers: [],
      errors: Object.freeze([error]),
      warnings: [],
      files: [],
      steps: [...reports, { step: 'read', status: 'failed', detail: error.message, remedy }, ...skipped],
      verifiedAt: this.#now(),
    });
  }
}

async function signaturesOf(options: VerifyOptions): Promise<readonly SignatureInfoFields[]> {
  if (options.signature !== undefined && options.signatures !== undefined) {
    throw new TypeError('give either signature or signatures, not both');
  }
  const signatures =
    options.signatures ??
    (options.signature === undefined ? await readSignatures(options.pluginPath) : [options.signature]);
  if (signatures.length === 0)
    throw new MissingSignatureError('the plugin is not signed: it has no truthound.sig.json');
  if (signatures.length > MAX_SIGNATURES) {
    throw new SignatureError(
      `a plugin carries at most ${MAX_SIGNATURES} signatures, not ${signatures.length}`,
    );
  }
  const bytes = signatures.reduce(
    (sum, each) => sum + ((each as Partial<SignatureInfo>).payload?.length ?? 0),
    0,
  );
  if (bytes > MAX_SIGNATURE_FILE_BYTES) {
    throw new SignatureError(`the signed statements take more than ${MAX_SIGNATURE_FILE_BYTES} bytes`);
  }
  return signatures;
}

function toSecurityError(cause: unknown): SecurityError {
  if (cause instanceof SecurityError) return cause;
  if (cause instanceof TypeError) throw cause;
  return new SignatureError('the signatures cannot be read', {}, { cause });
}

/** Without a signature step, steps may look at statements, but nothing can become valid. */
function openUnverified(run: VerificationRun): void {
  for (const candidate of run.candidates) {
    try {
      candidate.statement = parseStatement((candidate.info as SignatureInfo).payload);
    } catch {
      // The steps see a signature without a statement; the verdict is invalid anyway.
    }
  }
}

function isOver(run: VerificationRun): boolean {
  return run.failures.length > 0 || run.counting.length === 0;
}

/** Runs one step; what it throws is a failure, except the caller's own cancellation. */
async function runStep(step: VerificationStep, run: VerificationRun): Promise<VerificationStepReport> {
  const [failuresBefore, rejectionsBefore] = [run.failures.length, run.rejections.size];
  let answer: { readonly detail: string; readonly skipped?: boolean } = { detail: '' };
  try {
    answer = await step.check(run);
  } catch (cause) {
    run.signal?.throwIfAborted();
    const message = errorMessage(cause);
    const error =
      cause instanceof SecurityError
        ? cause
        : new SignatureError(`the step "${step.name}" failed: ${message}`, {}, { cause });
    run.fail({ error, file: error instanceof SignatureTamperError ? error.file : undefined });
  }
  const found =
    run.failures.slice(failuresBefore)[0] ?? [...run.rejections.values()].slice(rejectionsBefore)[0];
  const isFailed =
    run.failures.length > failuresBefore ||
    (run.rejections.size > rejectionsBefore && run.counting.length === 0);
  if (found !== undefined && isFailed)
    return { step: step.name, status: 'failed', ...describeFinding(found) };
  const dropped = run.rejections.size - rejectionsBefore;
  const all = counted(run.candidates.length, 'signature');
  const suffix = dropped === 0 ? '' : `; ${dropped} of ${all} ${dropped === 1 ? 'does' : 'do'} not count`;
  return {
    step: step.name,
    status: answer.skipped === true ? 'skipped' : 'passed',
    detail: `${answer.detail}${suffix}`,
  };
}

function describeFinding({
  error,
  file,
  expected,
  seen,
  remedy,
}: Finding): Omit<VerificationStepReport, 'step' | 'status'> {
  return { detail: error.message, file, expected, seen, remedy };
}

/** A certificate's key counts only when a step traced the certificate to something that the store trusts. */
function rejectUnanchored(run: VerificationRun, hasChainStep: boolean): void {
  for (const candidate of run.counting) {
    if (candidate.statement === undefined) continue;
    if (candidate.keySource === 'given' && candidate.trustLevel === TrustLevel.UNKNOWN)
      candidate.trustLevel = TrustLevel.VERIFIED;
    if (candidate.keySource === 'certificate' && !candidate.isAnchored) {
      const reason = hasChainStep
        ? 'its certificate is not trusted'
        : 'its certificate was not traced to a root: add withChainCheck';
      run.reject(candidate, { error: untrusted(run, candidate, TrustLevel.UNKNOWN, reason) });
    } else if (!isLevelEnough(candidate.trustLevel, run.requiredTrustLevel)) {
      run.reject(candidate, { error: untrusted(run, candidate, candidate.trustLevel) });
    }
  }
}

function worstVerdict(findings: readonly Finding[]): VerificationVerdict {
  const verdicts = findings.map(({ error }) => verdictOf(error));
  return VERDICT_ORDER.find((verdict) => verdicts.includes(verdict)) ?? 'invalid';
}
