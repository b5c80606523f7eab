/** What a filter sees of a call: `struct seccomp_data`. */
export interface SeccompData {
  readonly number: number;
  readonly arch: number;
  readonly args: readonly bigint[];
}

/** What a program returned, and how many instructions it took. */
export interface BpfOutcome {
  readonly value: number;
  readonly steps: number;
}

/**
 * Runs a classic BPF program as the kernel would: its own reading of linux/filter.h, which shares
 * nothing with the compiler. Whatever the kernel's checker would refuse is an error.
 */
export function runBpf(program: Uint8Array, data: SeccompData): BpfOutcome {
  const memory = encodeData(data);
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  if (program.length % 8 !== 0) throw new Error('a program is made of 8-byte instructions');
  let accumulator = 0;
  let counter = 0;
  for (let steps = 1; ; steps += 1) {
    const at = counter * 8;
    if (at >= program.length) throw new Error(`the program runs past its end at ${counter}`);
    const code = view.getUint16(at, true);
    const whenTrue = view.getUint8(at + 2);
    const whenFalse = view.getUint8(at + 3);
    const k = view.getUint32(at + 4, true);
    counter += 1;
    switch (code) {
      case 0x20: // ld [k]
        if (k % 4 !== 0 || k > 60) throw new Error(`load from offset ${k}`);
        accumulator = memory.getUint32(k, true);
        break;
      case 0x54: // and #k
        accumulator = (accumulator & k) >>> 0;
        break;
      case 0x05: // ja
        counter += k;
        break;
      case 0x15: // jeq
        counter += accumulator === k ? whenTrue : whenFalse;
        break;
      case 0x35: // jge
        counter += accumulator >= k ? whenTrue : whenFalse;
        break;
      case 0x06: // ret #k
        return { value: k, steps };
      default:
        throw new Error(`unknown instruction 0x${code.toString(16)} at ${counter - 1}`);
    }
  }
}

function encodeData({ number, arch, args }: SeccompData): DataView {
  const view = new DataView(new ArrayBuffer(64));
  view.setUint32(0, number, true);
  view.setUint32(4, arch, true);
  for (let index = 0; index < 6; index += 1) view.setBigUint64(16 + 8 * index, args[index] ?? 0n, true);
  return view;
}
