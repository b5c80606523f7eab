import { nameErrno } from './linux-errno.ts';
import type { LockdownLimits, LockdownStep } from './lockdown-plan.ts';
import { LIMIT_NUMBERS, type ProcessFacts } from './process-facts.ts';
import type { SyscallList } from './syscall-list.ts';

type LimitName = keyof typeof LIMIT_NUMBERS;

const STEP_OF_LIMIT: Readonly<Record<LimitName, string>> = {
  core: 'limit: core dumps',
  descriptors: 'limit: open files',
  fileSize: 'limit: file size',
  data: 'limit: memory',
};

/** Adds the calls that set the limits, and read them back; the function returned judges their results. */
export function addLimitCalls(
  list: SyscallList,
  plan: LockdownLimits,
  facts: ProcessFacts,
): () => Map<LimitName, LockdownStep> {
  const judges = listWantedLimits(plan, facts).map(({ name, value }) => ({
    name,
    judge: value === undefined ? () => describeUnknown(name) : addLimit(list, name, value, facts),
  }));
  return () => new Map(judges.map(({ name, judge }) => [name, judge()] as const));
}

function addLimit(
  list: SyscallList,
  name: LimitName,
  value: bigint,
  facts: ProcessFacts,
): () => LockdownStep {
  // Without a privilege a hard limit can't be raised, and a lower one of the host's stays stricter.
  const hard = facts.hardLimits.get(LIMIT_NUMBERS[name]) ?? value;
  const limit = value < hard ? value : hard;
  const resource = BigInt(LIMIT_NUMBERS[name]);
  const readBack = new Uint8Array(16);
  const set = list.add('prlimit64', 0n, resource, encodeLimit(limit), 0n);
  list.add('prlimit64', 0n, resource, 0n, readBack);
  return () => {
    const step = STEP_OF_LIMIT[name];
    const { errno } = list.result(set);
    if (errno !== 0) {
      return { step, ok: false, errno, detail: `setting ${String(limit)} failed with ${nameErrno(errno)}` };
    }
    return {
      step,
      ok: readLimit(readBack).every((part) => part === limit),
      detail: `set to ${String(limit)}`,
    };
  };
}

function describeUnknown(name: LimitName): LockdownStep {
  return {
    step: STEP_OF_LIMIT[name],
    ok: false,
    detail: '/proc/self does not say what the process uses now, so no limit can be computed',
  };
}

/** The limits that a plan asks for; `undefined` where the value can't be computed. */
function listWantedLimits(
  { additionalDescriptors = Infinity, fileSizeBytes = Infinity, memoryBytes = Infinity }: LockdownLimits,
  { openDescriptors, reservedBytes, usedBytes }: ProcessFacts,
): { name: LimitName; value: bigint | undefined }[] {
  const limits: { name: LimitName; value: bigint | undefined }[] = [{ name: 'core', value: 0n }];
  if (Number.isFinite(additionalDescriptors)) {
    const value =
      openDescriptors === undefined
        ? undefined
        : BigInt(findDescriptorLimit(openDescriptors, additionalDescriptors));
    limits.push({ name: 'descriptors', value });
  }
  if (Number.isFinite(fileSizeBytes)) {
    limits.push({ name: 'fileSize', value: BigInt(Math.floor(fileSizeBytes)) });
  }
  if (Number.isFinite(memoryBytes)) {
    // What is reserved but not in use counts towards the limit, although it costs nothing.
    const value = reservedBytes - usedBytes + memoryBytes;
    limits.push({ name: 'data', value: Number.isFinite(value) ? BigInt(Math.floor(value)) : undefined });
  }
  return limits;
}

/**
 * The limit under which exactly `additional` more descriptors can be opened: it bounds the numbers, not
 * how many there are, and new ones fill the lowest gaps.
 */
export function findDescriptorLimit(open: readonly number[], additional: number): number {
  const taken = new Set(open);
  let limit = 0;
  let free = 0;
  while (free < additional) {
    if (!taken.has(limit)) free += 1;
    limit += 1;
  }
  return limit;
}

/** `struct rlimit64`: soft and hard alike, so that neither can be raised again. */
function encodeLimit(value: bigint): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, value, true);
  view.setBigUint64(8, value, true);
  return bytes;
}

function readLimit(bytes: Uint8Array<ArrayBuffer>): bigint[] {
  const view = new DataView(bytes.buffer);
  return [view.getBigUint64(0, true), view.getBigUint64(8, true)];
}
