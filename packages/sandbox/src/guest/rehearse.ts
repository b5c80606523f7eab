import { registerHooks } from 'node:module';
import type { ConnectionSocket } from '../channel/connection.ts';
import { DirectReader } from '../channel/direct-reader.ts';
import type { HostMessage } from '../channel/messages.ts';
import { toLine } from '../channel/frames.ts';
import type { FfiModule } from '../kernel/ffi-syscall-runner.ts';
import { FfiSyscallRunner } from '../kernel/ffi-syscall-runner.ts';
import { createLockdown } from '../kernel/kernel-lockdown.ts';
import { getSyscallNumber, isLinuxArchitecture } from '../kernel/linux-architecture.ts';
import { LinuxErrno } from '../kernel/linux-errno.ts';
import type { PreparedLockdown } from '../kernel/lockdown-plan.ts';
import type { SyscallCall, SyscallRunner } from '../kernel/syscall-runner.ts';
import { CallRunner } from './call-runner.ts';
import { GuestChannel } from './guest-channel.ts';

/** A module of its own each time, as a plugin would be one. */
const emptyModule = (round: number): string => `data:text/javascript,export default ${String(round)}`;

/** How often a step is taken: what ran twice is compiled, and found in the engine's caches. */
const ROUNDS = 2;

const LOCKDOWN: PreparedLockdown = {
  dieWithParent: true,
  dropCapabilities: true,
  limits: { memoryBytes: 1, additionalDescriptors: 1 },
  files: { readPaths: ['/usr'], systemReadPaths: ['/lib'], writePaths: ['/tmp'], denyTcp: true },
  filter: {
    // One instruction: return "allow".
    program: 'BgAAAAAA/38=',
    probes: [{ step: 'rehearsal', number: 0, args: ['0'], errno: LinuxErrno.EPERM }],
    unknownSyscalls: [],
    absentSyscalls: [],
  },
};

/** Answers as a kernel with Landlock would, and does nothing. */
const NO_KERNEL: SyscallRunner = {
  descriptors: [],
  closeDescriptors: () => undefined,
  run: (calls: readonly SyscallCall[]) => calls.map(() => ({ value: 7, errno: 0 })),
};

function rehearseLockdown(): void {
  const { arch } = process;
  if (isLinuxArchitecture(arch)) createLockdown(NO_KERNEL).apply(LOCKDOWN);
}

/** Opens the way to the kernel, asks for what everybody may know, and closes it again. */
function rehearseFfi(): void {
  const { arch, permission } = process as {
    readonly arch: string;
    readonly permission?: NodeJS.ProcessPermission;
  };
  if (!isLinuxArchitecture(arch) || permission?.has('ffi') !== true) return;
  const runner = new FfiSyscallRunner(process.getBuiltinModule('node:ffi') as unknown as FfiModule);
  runner.run([{ number: getSyscallNumber(arch, 'getppid'), args: [] }]);
  runner[Symbol.dispose]();
}

/** Hooks as the module gate's, which let everything through and are gone again. */
async function rehearseModules(round: number): Promise<void> {
  const hooks = registerHooks({
    resolve: (specifier, context, next) => next(specifier, context),
    load: (url, context, next) => next(url, context),
  });
  await import(emptyModule(round));
  hooks.deregister();
}

/** A socket that leads nowhere. */
function createDeadEnd(): ConnectionSocket {
  const nothing = (): void => undefined;
  const socket = { write: () => true, on: () => socket, writableLength: 0, cork: nothing, uncork: nothing };
  return socket as unknown as ConnectionSocket;
}

/** Takes messages as from a host, and answers them to nobody. */
async function rehearseMessages(round: number): Promise<void> {
  const reader = new DirectReader();
  const socket = createDeadEnd();
  let runner: CallRunner | undefined;
  let loading: Promise<unknown> | undefined;
  const channel = new GuestChannel(
    socket,
    (message, decode) => {
      if (message[0] === 'setup') {
        runner = new CallRunner(channel, message[1].pluginId, ['rehearse']);
        runner.createGlobal();
        channel.send(['ready', [{ step: 'rehearsal', ok: true, detail: 'nothing was done' }]]);
      } else if (message[0] === 'load') loading = runner?.load(message[1]);
      else runner?.handle(message, decode);
    },
    reader,
  );
  const receive = (message: HostMessage): void => {
    const bytes = Buffer.from(toLine(message));
    reader.nextBuffer().set(bytes);
    reader.received(bytes.byteLength);
    channel.flush();
  };
  const plan = { moduleGate: undefined, kernel: undefined, hostFunctions: [], allowCodeGeneration: true };
  receive(['setup', { pluginId: 'rehearsal', plan }]);
  receive(['load', { entryUrl: emptyModule(ROUNDS + round), rootUrl: '' }]);
  await loading;
  receive(['call', 1, { type: 'function', text: '(value) => value' }, [{ key: 'value' }, [1]], false]);
  receive(['call', 2, { type: 'plugin', exportName: 'default' }, [1], false]);
}

/**
 * Runs the code that a guest needs between its assignment and its first answer, so that it is compiled
 * by then. Without it a waiting guest spends most of that time on code that it runs for the first time.
 *
 * Nothing here may touch a file asynchronously: threads that exist before Landlock keep their rights.
 * What fails is left for the real run to report.
 */
export async function rehearse(): Promise<void> {
  for (const step of [rehearseLockdown, rehearseFfi, rehearseModules, rehearseMessages]) {
    try {
      for (let round = 0; round < ROUNDS; round += 1) await step(round);
    } catch {
      // The real run says what is wrong.
    }
  }
}
