import { SignatureTamperError, type SignedFile } from '@truthound/protocols';
import { counted } from '../counted.ts';
import { errorMessage } from '../error-message.ts';
import { readPluginFacts } from '../plugin-facts.ts';
import { canonicalJson } from '../canonical-json.ts';
import type { PluginScan } from '../scan-plugin.ts';
import {
  type Candidate,
  type Finding,
  type StepAnswer,
  type VerificationRun,
  type VerificationStep,
  pluginIdOf,
} from './verification-run.ts';

const SIGN_AGAIN = 'restore the plugin as it was signed, or have it signed again';

/**
 * Compares every file on disk with the signed list: content, size, mode, name; nothing missing, nothing added.
 * Also compares id, version, host range and permissions with the `package.json` among those files.
 */
export class IntegrityVerifier implements VerificationStep {
  readonly name = 'integrity';

  async check(run: VerificationRun): Promise<StepAnswer> {
    const opened = run.counting.filter(({ statement }) => statement !== undefined);
    const isHopeless = opened.length < run.counting.length;
    if (opened.length === 0 || isHopeless) {
      return { detail: 'no verified statement to compare the files with', skipped: true };
    }
    const scan = await run.scan();
    for (const candidate of opened) {
      const finding = findFileDifference(candidate, scan) ?? findFactDifference(candidate, scan);
      if (finding !== undefined) run.fail(finding);
    }
    return { detail: `${counted(scan.files.length, 'file is', 'files are')} as listed (${scan.pluginHash})` };
  }
}

function findFileDifference(candidate: Candidate, scan: PluginScan): Finding | undefined {
  const { statement } = candidate;
  if (statement === undefined) return undefined;
  const seen = new Map(scan.files.map((file) => [file.path, file]));
  for (const expected of statement.files) {
    const finding = compareFile(candidate, expected, seen.get(expected.path));
    if (finding !== undefined) return finding;
    seen.delete(expected.path);
  }
  const [extra] = seen.values();
  if (extra !== undefined) {
    return tampered(candidate, {
      ...extra,
      expected: '',
      seen: extra.sha256,
      problem: 'is not in the signed list',
    });
  }
  if (scan.pluginHash === statement.pluginHash) return undefined;
  const hashes = { expected: statement.pluginHash, seen: scan.pluginHash };
  return tampered(candidate, {
    path: undefined,
    ...hashes,
    problem: 'has another hash than its signed list says',
  });
}

function compareFile(
  candidate: Candidate,
  expected: SignedFile,
  seen: SignedFile | undefined,
): Finding | undefined {
  const { path } = expected;
  if (seen === undefined) {
    return tampered(candidate, { path, expected: expected.sha256, seen: '', problem: 'is missing' });
  }
  if (seen.sha256 !== expected.sha256 || seen.size !== expected.size) {
    const hashes = { expected: expected.sha256, seen: seen.sha256 };
    return tampered(candidate, { path, ...hashes, problem: 'was modified after signing' });
  }
  if (seen.executable === expected.executable) return undefined;
  const problem = `is ${seen.executable ? '' : 'not '}executable, and was signed as ${expected.executable ? '' : 'not '}executable`;
  const modes = { expected: describeMode(expected), seen: describeMode(seen) };
  return tampered(candidate, { path, ...modes, problem });
}

function describeMode({ sha256, executable }: SignedFile): string {
  return `${sha256} ${executable ? 'x' : '-'}`;
}

function findFactDifference(candidate: Candidate, scan: PluginScan): Finding | undefined {
  const expected = canonicalJson(candidate.statement?.plugin ?? null);
  let seen: string;
  try {
    seen = canonicalJson(readPluginFacts(scan.packageJson));
  } catch (cause) {
    seen = errorMessage(cause);
  }
  if (seen === expected) return undefined;
  const problem = 'says something else about the plugin than the signed statement';
  return tampered(candidate, { path: 'package.json', expected, seen, problem });
}

function tampered(
  candidate: Candidate,
  facts: {
    readonly path: string | undefined;
    readonly expected: string;
    readonly seen: string;
    readonly problem: string;
  },
): Finding {
  const error = new SignatureTamperError({
    pluginId: pluginIdOf(candidate),
    signerId: candidate.statement?.signer.id,
    expectedHash: facts.expected,
    actualHash: facts.seen,
    file: facts.path,
    problem: facts.problem,
  });
  return { error, file: facts.path, expected: facts.expected, seen: facts.seen, remedy: SIGN_AGAIN };
}
