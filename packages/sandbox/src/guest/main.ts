/**
 * The guest: the main script of a sandboxed process.
 *
 * In order: capture what the runtime needs (by importing it), connect to the host over descriptor 3 or
 * the Unix socket that an argument names, lock down as the host says, report what held, load the plugin, run calls. Nothing of the plugin runs
 * before the lockdown was reported.
 *
 * @module
 */
import { Socket, createConnection } from 'node:net';
import { type AnyStreamMessage, type HostMessage, PROTOCOL_VERSION } from '../channel/messages.ts';
import { DirectReader } from '../channel/direct-reader.ts';
import { CallRunner } from './call-runner.ts';
import { describeError } from './describe-error.ts';
import { GuestChannel } from './guest-channel.ts';
import { hideMainModule } from './hide-main-module.ts';
import { applyLockdown } from './lockdown.ts';
import { pinMethods } from './pin-methods.ts';
import { rehearse } from './rehearse.ts';
import { STANDBY_ARGUMENT, findChannelPath } from './guest-arguments.ts';

const CHANNEL_DESCRIPTOR = 3;

let runner: CallRunner | undefined;

hideMainModule();

const reader = new DirectReader();
const onread = { buffer: reader.nextBuffer, callback: reader.received };
const socketPath = findChannelPath(process.argv);
const socket =
  socketPath === undefined
    ? new Socket({ fd: CHANNEL_DESCRIPTOR, readable: true, writable: true, onread })
    : createConnection({ path: socketPath, onread });
pinMethods(socket);

const channel = new GuestChannel(socket, handle, reader);

/** An error that nothing waits for ends the guest with its text on stderr, as it would end any Node process. */
function handle(
  message: Exclude<HostMessage, AnyStreamMessage>,
  decode: (json: unknown, isTagged: boolean) => unknown,
): void {
  switch (message[0]) {
    case 'setup': {
      const { pluginId, plan } = message[1];
      runner = new CallRunner(channel, pluginId, plan.hostFunctions);
      Object.defineProperty(globalThis, 'truthound', { value: runner.createGlobal() });
      const steps = applyLockdown(plan, (type, action) => {
        channel.send(['violation', type, action]);
      });
      channel.send(['ready', steps]);
      return;
    }
    case 'load':
      runner?.load(message[1]).then(
        (names) => {
          channel.send(['loaded', names]);
        },
        (error: unknown) => {
          channel.send(['load-failed', describeError(error)]);
        },
      );
      return;
    default:
      runner?.handle(message, decode);
  }
}

const sayHello = (): void => {
  channel.send(['hello', PROTOCOL_VERSION]);
};

if (process.argv.includes(STANDBY_ARGUMENT)) {
  // Whoever takes it before it is ready has its messages wait.
  socket.pause();
  void rehearse().then(() => {
    sayHello();
    socket.resume();
  });
} else sayHello();
