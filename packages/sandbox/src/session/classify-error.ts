import {
  PluginExecutionError,
  type RemoteErrorData,
  type SandboxError,
  type SandboxErrorFacts,
  type SandboxResource,
  SandboxResourceError,
  SandboxSecurityViolation,
  type SecurityPolicy,
  NETWORK_MODULES,
  SUBPROCESS_MODULES,
  type ViolationType,
  normalizeModuleName,
} from '@truthound/protocols';
import { readGuestText, readRemoteError } from '../channel/messages.ts';
import { CLOSED_MODULES } from '../guest/closed-modules.ts';
import { MODULE_DENIED } from '../guest/module-gate-code.ts';

/** What a denial looks like when it comes from the kernel or from Node, and which option would lift it. */
interface Denial {
  readonly type: ViolationType;
  readonly option: string;
}

const NO_OPTION = 'no option of a policy allows it';

const MODULE_OPTIONS: readonly (readonly [readonly string[], string])[] = [
  [CLOSED_MODULES, NO_OPTION],
  [NETWORK_MODULES, 'allowNetwork; allowedModules, blockedModules'],
  [SUBPROCESS_MODULES, 'allowSubprocess; allowedModules, blockedModules'],
];

/** What would open the module that an act was about: its name comes last, as in `import node:vm`. */
function findModuleOption(action: string): string {
  const name = normalizeModuleName(action.slice(action.lastIndexOf(' ') + 1)).split('/')[0] ?? '';
  const [, option = 'allowedModules, blockedModules'] =
    MODULE_OPTIONS.find(([names]) => names.includes(name)) ?? [];
  return option;
}

/** The permissions of Node's permission model, by the names its errors carry. */
const NODE_PERMISSIONS: Readonly<Record<string, Denial>> = {
  FileSystemRead: { type: 'file-read', option: 'resourceLimits.allowedPaths' },
  FileSystemWrite: { type: 'file-write', option: 'resourceLimits.writablePaths' },
  ChildProcess: { type: 'subprocess', option: 'allowSubprocess' },
  WorkerThreads: { type: 'module', option: NO_OPTION },
  Net: { type: 'network', option: 'allowNetwork' },
  WASI: { type: 'module', option: NO_OPTION },
  Inspector: { type: 'module', option: NO_OPTION },
  Addon: { type: 'module', option: NO_OPTION },
  FFI: { type: 'module', option: NO_OPTION },
};

/** System calls whose refusal by the kernel is the policy's doing, where the policy denies that kind of act. */
const DENIED_SYSCALLS: readonly (Denial & {
  readonly names: readonly string[];
  readonly isDenied: (policy: SecurityPolicy) => boolean;
})[] = [
  {
    type: 'network',
    option: 'allowNetwork',
    names: ['connect', 'bind', 'listen', 'accept', 'socket', 'getaddrinfo', 'queryA', 'send', 'sendmsg'],
    isDenied: (policy) => !policy.allowNetwork,
  },
  {
    type: 'subprocess',
    option: 'allowSubprocess',
    names: ['spawn', 'fork', 'execve'],
    isDenied: (policy) => !policy.allowSubprocess,
  },
  {
    type: 'signal',
    option: NO_OPTION,
    names: ['kill', 'uv_os_setpriority', 'setpriority'],
    isDenied: () => true,
  },
  {
    type: 'file-write',
    option: 'resourceLimits.writablePaths',
    names: [
      'mkdir',
      'rmdir',
      'unlink',
      'rename',
      'symlink',
      'link',
      'copyfile',
      'mkdtemp',
      'chmod',
      'chown',
      'utime',
      'ftruncate',
      'write',
      'lchown',
      'futime',
      'lutime',
      'rm',
      'cp',
    ],
    isDenied: () => true,
  },
  {
    type: 'file-read',
    option: 'resourceLimits.allowedPaths',
    names: ['open', 'scandir', 'opendir', 'readlink', 'realpath', 'access', 'stat', 'lstat', 'read', 'watch'],
    isDenied: () => true,
  },
];

const UNNAMED_DENIAL: Denial = { type: 'syscall', option: 'the policy' };

/** Node 26 names no permission when it denies a socket, only what was called. */
function findDenial(facts: Readonly<Record<string, unknown>>, policy: SecurityPolicy): Denial | undefined {
  const isNodes = facts['code'] === 'ERR_ACCESS_DENIED';
  const permission = isNodes ? NODE_PERMISSIONS[String(facts['permission'])] : undefined;
  if (permission !== undefined) return permission;
  if (!isNodes && facts['code'] !== 'EPERM' && facts['code'] !== 'EACCES') return undefined;
  const syscall = String(facts['syscall']).split(' ')[0] ?? '';
  const denial = DENIED_SYSCALLS.find(({ names, isDenied }) => names.includes(syscall) && isDenied(policy));
  return denial ?? (isNodes ? UNNAMED_DENIAL : undefined);
}

/** What is needed to name an error of a call. */
export interface CallFacts extends SandboxErrorFacts {
  readonly pluginId: string;
  readonly policy: SecurityPolicy;
  readonly call: string;
  /** Whether the module gate recorded a violation in this sandbox: without one, the guest may only claim it. */
  readonly hasModuleViolation: boolean;
}

const DENIES = 'denies it: ';

/** What Node says when an allocation outside the heap fails, and when no descriptor is left. */
function findExhaustion(
  remote: RemoteErrorData,
  { resourceLimits }: SecurityPolicy,
): { readonly resourceType: SandboxResource; readonly limit: number } | undefined {
  const isMemory =
    remote.code === 'ERR_MEMORY_ALLOCATION_FAILED' ||
    (remote.name === 'RangeError' &&
      /allocation failed|could not allocate memory|unable to grow instance memory/i.test(remote.message));
  if (isMemory) return { resourceType: 'memory', limit: resourceLimits.maxMemoryMb };
  if (remote.code === 'EMFILE')
    return { resourceType: 'fileDescriptors', limit: resourceLimits.maxFileDescriptors };
  return undefined;
}

/** What the gate's message says was tried. No regular expression: the text is the guest's, and may be made for one. */
function readDeniedAction(message: string): string {
  const start = message.indexOf(DENIES);
  const end = message.lastIndexOf(' (allowedModules');
  return start === -1 || end < start + DENIES.length ? message : message.slice(start + DENIES.length, end);
}

/** The host's error for what a call threw in the guest: a denied act that reached the caller, or the plugin's own error. */
export function classifyError(raw: unknown, facts: CallFacts): SandboxError | PluginExecutionError {
  const remote: RemoteErrorData = readRemoteError(raw);
  const own = new PluginExecutionError({ pluginId: facts.pluginId, remote, call: facts.call });
  const details = typeof raw === 'object' && raw !== null ? (raw as Readonly<Record<string, unknown>>) : {};
  const { pluginId, sandboxId } = facts;
  if (remote.code === MODULE_DENIED && facts.hasModuleViolation) {
    const action = readDeniedAction(remote.message);
    return new SandboxSecurityViolation(
      {
        pluginId,
        sandboxId,
        violationType: 'module',
        attemptedAction: action,
        option: findModuleOption(action),
      },
      { cause: own },
    );
  }
  const exhausted = findExhaustion(remote, facts.policy);
  if (exhausted !== undefined && Number.isFinite(exhausted.limit)) {
    return new SandboxResourceError({ pluginId, sandboxId, ...exhausted, actual: NaN }, { cause: own });
  }
  const denial = findDenial(details, facts.policy);
  if (denial === undefined) return own;
  const resource = readGuestText(details['resource'], 500);
  const syscall = readGuestText(details['syscall'], 100) || readGuestText(details['permission'], 100);
  const action = [syscall || denial.type, resource].filter((part) => part !== '').join(' ');
  return new SandboxSecurityViolation(
    { pluginId, sandboxId, violationType: denial.type, attemptedAction: action, option: denial.option },
    { cause: own },
  );
}
