/**
 * The structures and rights of Landlock (linux/landlock.h), by the version that the kernel speaks.
 *
 * A ruleset denies what it handles except where a rule grants it. Asking for a right that the kernel
 * does not know fails, so everything here is cut to the ABI: what is left out is not enforced, and
 * {@link LandlockCoverage} says so.
 *
 * @module
 */

/** The last ABI whose rights this table knows; a newer kernel is treated as this one. */
const NEWEST_KNOWN_ABI = 8;

/** `LANDLOCK_ACCESS_FS_*`: bit and the ABI that brought it. */
const FILE_RIGHTS = {
  execute: { bit: 0, abi: 1 },
  writeFile: { bit: 1, abi: 1 },
  readFile: { bit: 2, abi: 1 },
  readDirectory: { bit: 3, abi: 1 },
  removeDirectory: { bit: 4, abi: 1 },
  removeFile: { bit: 5, abi: 1 },
  makeCharacterDevice: { bit: 6, abi: 1 },
  makeDirectory: { bit: 7, abi: 1 },
  makeFile: { bit: 8, abi: 1 },
  makeSocket: { bit: 9, abi: 1 },
  makeFifo: { bit: 10, abi: 1 },
  makeBlockDevice: { bit: 11, abi: 1 },
  makeSymlink: { bit: 12, abi: 1 },
  refer: { bit: 13, abi: 2 },
  truncate: { bit: 14, abi: 3 },
  controlDevice: { bit: 15, abi: 5 },
} as const;

type FileRight = keyof typeof FILE_RIGHTS;

const READ: readonly FileRight[] = ['readFile', 'readDirectory'];
/** Symbolic links are not among them: one could lead a later reader outside. Nor are devices, sockets and pipes. */
const WRITE: readonly FileRight[] = [
  ...READ,
  'writeFile',
  'removeDirectory',
  'removeFile',
  'makeDirectory',
  'makeFile',
  'refer',
  'truncate',
];
/** Rights that a rule for a single file may name; the others make sense for directories only. */
const FOR_FILES: readonly FileRight[] = ['execute', 'writeFile', 'readFile', 'truncate', 'controlDevice'];

/** `LANDLOCK_ACCESS_NET_BIND_TCP | _CONNECT_TCP`. */
const TCP_RIGHTS = 0b11n;
const TCP_ABI = 4;
/** `LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | LANDLOCK_SCOPE_SIGNAL`. */
const SCOPES = 0b11n;
const SCOPE_ABI = 6;
/** `LANDLOCK_RESTRICT_SELF_TSYNC`: all threads, not the calling one alone. */
const ALL_THREADS = 0b1000n;
const ALL_THREADS_ABI = 8;

/** Flag of `landlock_create_ruleset` that asks for the ABI. */
export const LANDLOCK_CREATE_RULESET_VERSION = 1n;
/** `LANDLOCK_RULE_PATH_BENEATH`. */
export const LANDLOCK_RULE_PATH_BENEATH = 1n;

/** What a ruleset is to cover. */
export interface LandlockRequest {
  /** Whether no TCP port may be bound or connected to. */
  readonly denyTcp: boolean;
}

/** What a ruleset of a kernel's ABI does cover. */
export interface LandlockCoverage {
  readonly files: boolean;
  /** Truncating a file by path (ABI 3). */
  readonly truncate: boolean;
  /** TCP ports (ABI 4). */
  readonly tcp: boolean;
  /** `ioctl` on devices (ABI 5). */
  readonly devices: boolean;
  /** Signals to, and abstract Unix sockets of, processes outside (ABI 6). */
  readonly scope: boolean;
  /** Threads that exist already (ABI 8); before it the calling thread and its later children. */
  readonly allThreads: boolean;
}

/** What a kernel of this ABI (0: no Landlock) can hold a guest to. */
export function describeLandlockCoverage(abi: number): LandlockCoverage {
  return {
    files: abi >= 1,
    truncate: abi >= FILE_RIGHTS.truncate.abi,
    tcp: abi >= TCP_ABI,
    devices: abi >= FILE_RIGHTS.controlDevice.abi,
    scope: abi >= SCOPE_ABI,
    allThreads: abi >= ALL_THREADS_ABI,
  };
}

/** `struct landlock_ruleset_attr`, as long as the ABI knows it. */
export function encodeLandlockRuleset(abi: number, { denyTcp }: LandlockRequest): Uint8Array<ArrayBuffer> {
  const fields = [
    fileRights(abi, Object.keys(FILE_RIGHTS) as FileRight[]),
    ...(abi >= TCP_ABI ? [denyTcp ? TCP_RIGHTS : 0n] : []),
    ...(abi >= SCOPE_ABI ? [SCOPES] : []),
  ];
  const bytes = new Uint8Array(8 * fields.length);
  const view = new DataView(bytes.buffer);
  for (const [index, field] of fields.entries()) view.setBigUint64(8 * index, field, true);
  return bytes;
}

/** What a rule grants below a path: looking; looking and changing; or looking and running programs. */
export type LandlockAccess = 'read' | 'write' | 'execute';

const RIGHTS_OF_ACCESS: Readonly<Record<LandlockAccess, readonly FileRight[]>> = {
  read: READ,
  write: WRITE,
  execute: [...READ, 'execute'],
};

/** Offset of the directory's descriptor in the structure of {@link encodeLandlockPathRule}. */
export const LANDLOCK_PATH_DESCRIPTOR_OFFSET = 8;

/**
 * `struct landlock_path_beneath_attr`, its descriptor still to be filled in, and padded to 16 bytes.
 * A rule for a single file must not name the rights of directories (`kind`).
 */
export function encodeLandlockPathRule(
  abi: number,
  access: LandlockAccess,
  kind: 'directory' | 'file',
): Uint8Array<ArrayBuffer> {
  const rights = RIGHTS_OF_ACCESS[access].filter(
    (right) => kind === 'directory' || FOR_FILES.includes(right),
  );
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setBigUint64(0, fileRights(abi, rights), true);
  return bytes;
}

/** The flags of `landlock_restrict_self`. */
export function landlockRestrictFlags(abi: number): bigint {
  return abi >= ALL_THREADS_ABI ? ALL_THREADS : 0n;
}

function fileRights(abi: number, names: readonly FileRight[]): bigint {
  const known = Math.min(abi, NEWEST_KNOWN_ABI);
  return names
    .map((name) => FILE_RIGHTS[name])
    .filter((right) => right.abi <= known)
    .reduce((bits, right) => bits | (1n << BigInt(right.bit)), 0n);
}
