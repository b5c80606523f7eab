import { openSync, readFileSync, readdirSync } from 'node:fs';
import { devNull } from 'node:os';

/** `O_CLOEXEC` of Linux, as `/proc/self/fdinfo` prints it (octal). */
const CLOSE_ON_EXEC = 0o2000000;

function isInherited(descriptor: number): boolean {
  try {
    const flags = /^flags:\s+([0-7]+)/m.exec(
      readFileSync(`/proc/self/fdinfo/${String(descriptor)}`, 'utf8'),
    )?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) === 0;
  } catch {
    return false;
  }
}

/**
 * Descriptors of this process, above the first `reserved`, that a child would inherit. libuv marks only
 * what it opened itself; what a native library or a parent process left open would reach the plugin.
 * Empty where the system has no `/proc`.
 */
export function findInheritedDescriptors(reserved: number): readonly number[] {
  let names: readonly string[];
  try {
    names = readdirSync('/proc/self/fd');
  } catch {
    return [];
  }
  return names.map(Number).filter((descriptor) => descriptor >= reserved && isInherited(descriptor));
}

let nullDescriptor: number | undefined;

/** A descriptor of the null device, opened once and kept, to put in the place of inherited ones. */
export function getNullDescriptor(): number {
  nullDescriptor ??= openSync(devNull, 'r+');
  return nullDescriptor;
}
