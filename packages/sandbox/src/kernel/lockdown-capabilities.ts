import { nameErrno } from './linux-errno.ts';
import type { LockdownStep } from './lockdown-plan.ts';
import type { SyscallList } from './syscall-list.ts';

/** `PR_CAPBSET_DROP`. */
const DROP_FROM_BOUNDING_SET = 24n;
/** `_LINUX_CAPABILITY_VERSION_3`: two words of 32 bits a set. */
const VERSION = 0x2008_0522;
const HIGHEST = 63n;

/**
 * `CAP_DAC_OVERRIDE` and `CAP_DAC_READ_SEARCH`: a guest of root's reads and writes the files that it is
 * granted, whoever owns them. Which ones those are, Landlock decides.
 */
const KEPT = 0b110n;

/**
 * Adds the calls that give up the privileges of root, for the calling thread and those that it starts.
 * The thread that asks is the one that runs the plugin; those that V8 has started already run none of it.
 */
export function addCapabilityCalls(list: SyscallList, held: bigint): () => LockdownStep {
  const step = 'capabilities';
  if (held === 0n) return () => ({ step, ok: true, detail: 'it has none' });
  // First what it could regain by running a program; that takes a privilege itself.
  for (let capability = 0n; capability <= HIGHEST; capability += 1n) {
    if (((held & ~KEPT) >> capability) & 1n)
      list.add('prctl', DROP_FROM_BOUNDING_SET, capability, 0n, 0n, 0n);
  }
  const header = encodeHeader();
  const wanted = held & KEPT;
  const set = list.add('capset', header, encodeSets(wanted));
  const readBack = new Uint8Array(24);
  const read = list.add('capget', header, readBack);
  return () => {
    const failed = [set, read].map((call) => list.result(call).errno).find((errno) => errno !== 0);
    if (failed !== undefined)
      return { step, ok: false, errno: failed, detail: `failed with ${nameErrno(failed)}` };
    const ok = readPermitted(readBack) === wanted;
    return {
      step,
      ok,
      detail: ok ? 'none is left but those over granted files' : 'the kernel still reports some',
    };
  };
}

/** `struct __user_cap_header_struct`; process 0 is the calling thread. */
function encodeHeader(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setUint32(0, VERSION, true);
  return bytes;
}

/** Twice `struct __user_cap_data_struct`, low words first: effective, permitted, inheritable. */
function encodeSets(capabilities: bigint): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(24);
  const view = new DataView(bytes.buffer);
  for (const word of [0, 1]) {
    const bits = Number((capabilities >> BigInt(32 * word)) & 0xffff_ffffn);
    view.setUint32(12 * word, bits, true);
    view.setUint32(12 * word + 4, bits, true);
  }
  return bytes;
}

function readPermitted(bytes: Uint8Array<ArrayBuffer>): bigint {
  const view = new DataView(bytes.buffer);
  return BigInt(view.getUint32(4, true)) | (BigInt(view.getUint32(16, true)) << 32n);
}
