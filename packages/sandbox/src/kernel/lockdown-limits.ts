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
  const isMemoryUnknown = wantsMemory(plan) && !Number.isFinite(facts.reservedBytes - facts.usedBytes);
  const wanted = listWantedLimits(plan, facts).map(({ name, value }) => {
    // Without a privilege a hard limit can't be raised, and a lower one of the host's stays stricter.
    const hard = facts.hardLimits.get(LIMIT_NUMBERS[name]) ?? value;
    const limit = value < hard ? value : hard;
    const resource = BigInt(LIMIT_NUMBERS[name]);
    const readBack = new Uint8Array(16);
    const set = list.add('prlimit64', 0n, resource, encodeLimit(limit), 0n);
    list.add('prlimit64', 0n, resource, 0n, readBack);
    return { name, limit, set, readBack };
  });
  return () =>
    new Map([
      ...(isMemoryUnknown ? ([['data', MEMORY_UNKNOWN]] as const) : []),
      ...wanted.map(({ name, limit, set, readBack }) => {
        const { errno } = list.result(set);
        const isSet = readLimit(readBack).every((part) => part === limit);
        return [
          name,
          {
            step: STEP_OF_LIMIT[name],
            ok: errno === 0 && isSet,
            ...(errno === 0 ? {} : { errno }),
            detail:
              errno === 0
                ? `set to ${String(limit)}`
                : `setting ${String(limit)} failed with ${nameErrno(errno)}`,
          },
        ] as const;
      }),
    ]);
}

const MEMORY_UNKNOWN: LockdownStep = {
  step: STEP_OF_LIMIT.data,
  ok: false,
  detail: '/proc/self/status does not say what the process uses now, so no limit can be computed',
};

function wantsMemory({ memoryBytes }: LockdownLimits): boolean {
  return memoryBytes !== undefined && Number.isFinite(memoryBytes);
}

function listWantedLimits(plan: LockdownLimits, facts: ProcessFacts): { name: LimitName; value: bigint }[] {
  const { additionalDescriptors, fileSizeBytes, memoryBytes } = plan;
  const limits: { name: LimitName; value: bigint }[] = [{ name: 'core', value: 0n }];
  if (additionalDescriptors !== undefined && Number.isFinite(additionalDescriptors)) {
    limits.push({
      name: 'descriptors',
      value: BigInt(findDescriptorLimit(facts.openDescriptors, additionalDescriptors)),
    });
  }
  if (fileSizeBytes !== undefined && Number.isFinite(fileSizeBytes)) {
    limits.push({ name: 'fileSize', value: BigInt(Math.floor(fileSizeBytes)) });
  }
  // What is reserved but not in use counts towards the limit, although it costs nothing.
  const dataBytes = facts.reservedBytes - facts.usedBytes + (memoryBytes ?? Infinity);
  if (Number.isFinite(dataBytes)) limits.push({ name: 'data', value: BigInt(Math.floor(dataBytes)) });
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
