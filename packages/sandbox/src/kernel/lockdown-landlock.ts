import {
  LANDLOCK_PATH_DESCRIPTOR_OFFSET,
  LANDLOCK_RULE_PATH_BENEATH,
  type LandlockAccess,
  describeLandlockCoverage,
  encodeLandlockPathRule,
  encodeLandlockRuleset,
  landlockRestrictFlags,
} from './landlock.ts';
import { LinuxErrno, nameErrno } from './linux-errno.ts';
import type { LockdownFiles, LockdownStep } from './lockdown-plan.ts';
import { CURRENT_DIRECTORY, OPEN, type ProcessFacts } from './process-facts.ts';
import type { SyscallList } from './syscall-list.ts';
import { type ResultOf, cString } from './syscall-runner.ts';

/** Which parts of Landlock stand, and what showed it. */
export interface LandlockVerdict {
  readonly steps: readonly LockdownStep[];
  readonly files: boolean;
  readonly tcp: boolean;
  readonly scope: boolean;
}

/** `struct open_how`: O_PATH | O_CLOEXEC, no mode, and RESOLVE_NO_SYMLINKS for every part of the path. */
const OPEN_WITHOUT_LINKS = encodeOpenHow(OPEN.pathOnly | OPEN.closeOnExec, 0x04n);
const OPEN_HOW_BYTES = BigInt(OPEN_WITHOUT_LINKS.length);

function encodeOpenHow(flags: bigint, resolve: bigint): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(24);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, flags, true);
  view.setBigUint64(16, resolve, true);
  return bytes;
}

interface PathGrant {
  readonly path: string;
  readonly access: LandlockAccess;
  /** Of what the policy names, links were resolved when it was planned, and are not a second time. @defaultValue false */
  readonly followsLinks?: boolean;
}

interface PathRule {
  readonly path: string;
  readonly opened: ResultOf;
  readonly granted: readonly ResultOf[];
}

/** Adds the calls that build a ruleset, take it on and test it; the function returned judges their results. */
export function addLandlockCalls(
  list: SyscallList,
  plan: LockdownFiles,
  facts: ProcessFacts,
): () => LandlockVerdict {
  const { landlockAbi: abi, parentPid, canSignalParent } = facts;
  if (abi === 0) return () => ({ steps: [NO_LANDLOCK], files: false, tcp: false, scope: false });

  const attributes = encodeLandlockRuleset(abi, { denyTcp: plan.denyTcp });
  const ruleset = list.add('landlock_create_ruleset', attributes, BigInt(attributes.length), 0n);
  const rules = [
    ...plan.readPaths.map((path) => addPathRule(list, ruleset, abi, { path, access: 'read' })),
    ...plan.writePaths.map((path) => addPathRule(list, ruleset, abi, { path, access: 'write' })),
    ...(plan.systemReadPaths ?? []).map((path) =>
      addPathRule(list, ruleset, abi, { path, access: 'read', followsLinks: true }),
    ),
    ...(plan.executePaths ?? []).map((path) =>
      addPathRule(list, ruleset, abi, { path, access: 'execute', followsLinks: true }),
    ),
  ];
  const restricted = list.add('landlock_restrict_self', ruleset, landlockRestrictFlags(abi));
  list.add('close', ruleset);

  // Both would succeed for any user without Landlock, so a refusal is Landlock's.
  const read = isGranted(plan, '/')
    ? undefined
    : list.add('openat', CURRENT_DIRECTORY, cString('/'), OPEN.closeOnExec);
  const write = isWritable(plan, '/dev/null')
    ? undefined
    : list.add('openat', CURRENT_DIRECTORY, cString('/dev/null'), OPEN.writeOnly | OPEN.closeOnExec);
  const tcp = plan.denyTcp ? addBindProbe(list) : undefined;
  const signal = canSignalParent ? list.add('kill', BigInt(parentPid), 0n) : undefined;

  return () => {
    const coverage = describeLandlockCoverage(abi);
    const threads = coverage.allThreads ? [] : [judgeThreads(facts.poolThreads)];
    const applied = judgeRuleset(list, ruleset, restricted, rules, abi);
    const reads = judgeRefusal(list, read, 'self-test: reading outside', LinuxErrno.EACCES);
    const writes = judgeRefusal(list, write, 'self-test: writing outside', LinuxErrno.EACCES);
    const binds = coverage.tcp
      ? judgeRefusal(list, tcp, 'self-test: binding a TCP port', LinuxErrno.EACCES)
      : [];
    const signals = coverage.scope
      ? judgeRefusal(list, signal, 'self-test: signalling the parent', LinuxErrno.EPERM)
      : [];
    const stands = (probes: readonly LockdownStep[]): boolean => applied.ok && probes.every(({ ok }) => ok);
    return {
      steps: [applied, ...threads, ...reads, ...writes, ...binds, ...signals],
      files: stands([...threads, ...reads, ...writes]),
      tcp: plan.denyTcp && coverage.tcp && stands(binds),
      scope: coverage.scope && stands(signals),
    };
  };
}

const NO_LANDLOCK: LockdownStep = {
  step: 'landlock',
  ok: false,
  errno: LinuxErrno.EOPNOTSUPP,
  detail: 'the kernel has no Landlock (Linux 5.13 and later), or it is switched off at boot',
};

/** Whether a path is a file or a directory is not known here; the rule that fits grants, the other is refused. */
function addPathRule(
  list: SyscallList,
  ruleset: ResultOf,
  abi: number,
  { path, access, followsLinks = false }: PathGrant,
): PathRule {
  const opened = followsLinks
    ? list.add('openat', CURRENT_DIRECTORY, cString(path), OPEN.pathOnly | OPEN.closeOnExec)
    : list.add('openat2', CURRENT_DIRECTORY, cString(path), OPEN_WITHOUT_LINKS, OPEN_HOW_BYTES);
  const granted = (['directory', 'file'] as const).map((kind) => {
    const rule = encodeLandlockPathRule(abi, access, kind);
    list.keep(opened, rule, LANDLOCK_PATH_DESCRIPTOR_OFFSET);
    return list.add('landlock_add_rule', ruleset, LANDLOCK_RULE_PATH_BENEATH, rule, 0n);
  });
  list.add('close', opened);
  return { path, opened, granted };
}

/** Port 0 is any free one: binding it succeeds for any user without Landlock. */
function addBindProbe(list: SyscallList): ResultOf {
  const address = new Uint8Array(16);
  address[0] = 2; // AF_INET
  const socket = list.add('socket', 2n, 1n, 0n);
  const bound = list.add('bind', socket, address, BigInt(address.length));
  list.add('close', socket);
  return bound;
}

function judgeRuleset(
  list: SyscallList,
  ruleset: ResultOf,
  restricted: ResultOf,
  rules: readonly PathRule[],
  abi: number,
): LockdownStep {
  for (const call of [ruleset, restricted]) {
    const { errno } = list.result(call);
    if (errno !== 0) return { step: 'landlock', ok: false, errno, detail: `failed with ${nameErrno(errno)}` };
  }
  const isOpen = (rule: PathRule): boolean => list.result(rule.opened).errno === 0;
  const missing = rules.filter((rule) => !isOpen(rule)).map(({ path }) => path);
  const refused = rules
    .filter((rule) => isOpen(rule) && rule.granted.every((call) => list.result(call).errno !== 0))
    .map(({ path }) => path);
  if (refused.length > 0) {
    return { step: 'landlock', ok: false, detail: `the kernel took no rule for ${refused.join(', ')}` };
  }
  const without =
    missing.length === 0
      ? ''
      : `; nothing is granted for what does not exist or is a link: ${missing.join(', ')}`;
  return {
    step: 'landlock',
    ok: true,
    detail: `ABI ${String(abi)}, ${String(rules.length)} paths${without}`,
  };
}

/** Threads that exist before the ruleset keep their rights; those of V8 touch no files, those of libuv do. */
function judgeThreads(poolThreads: number | undefined): LockdownStep {
  const step = 'self-test: older threads';
  if (poolThreads === undefined) {
    return { step, ok: false, detail: '/proc/self/task can not be read, so older threads are not known' };
  }
  return poolThreads === 0
    ? { step, ok: true, detail: 'none that touches files' }
    : {
        step,
        ok: false,
        detail: `${String(poolThreads)} threads of the pool keep their rights: lock down before the first asynchronous file call`,
      };
}

function judgeRefusal(
  list: SyscallList,
  call: ResultOf | undefined,
  step: string,
  expected: LinuxErrno,
): readonly LockdownStep[] {
  if (call === undefined) return [];
  const { errno } = list.result(call);
  // Where another layer refuses first, that is as good.
  const isRefused = errno === expected || errno === LinuxErrno.EPERM || errno === LinuxErrno.EACCES;
  return [
    isRefused
      ? { step, ok: true, detail: `refused with ${nameErrno(errno)}` }
      : {
          step,
          ok: false,
          errno,
          detail: errno === 0 ? 'it succeeded' : `${nameErrno(errno)} instead of a refusal`,
        },
  ];
}

function isGranted(plan: LockdownFiles, path: string): boolean {
  return [
    ...plan.readPaths,
    ...(plan.systemReadPaths ?? []),
    ...plan.writePaths,
    ...(plan.executePaths ?? []),
  ].some((granted) => covers(granted, path));
}

function isWritable(plan: LockdownFiles, path: string): boolean {
  return plan.writePaths.some((granted) => covers(granted, path));
}

function covers(granted: string, path: string): boolean {
  return granted === path || path.startsWith(granted.endsWith('/') ? granted : `${granted}/`);
}
