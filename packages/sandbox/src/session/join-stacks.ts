/** The guest's own runtime and Node's internals say nothing to a plugin's author. */
const RUNTIME_FRAME =
  /\/guest\/(?:call-runner|main|compile-function)\.ts|\/dist\/guest\.cjs|\(?node:internal|node:async_hooks/;
const HOST_FRAME = /\/session\/sandbox-session\.ts|@truthound\/sandbox\/dist\//;

function framesOf(stack: string | undefined, hidden: RegExp): readonly string[] {
  return (stack ?? '').split('\n').filter((line) => /^\s+at /.test(line) && !hidden.test(line));
}

/**
 * Gives an error one stack that reads from the plugin's line down to the host's: first the frames inside
 * the plugin, then those of the host's call.
 */
export function joinStacks(error: Error, remoteStack: string | undefined): void {
  const remote = framesOf(remoteStack, RUNTIME_FRAME);
  if (remote.length === 0) return;
  const host = framesOf(error.stack, HOST_FRAME);
  const stack = [
    `${error.name}: ${error.message}`,
    ...remote,
    '    --- called by the host ---',
    ...host,
  ].join('\n');
  Object.defineProperty(error, 'stack', { value: stack, configurable: true, writable: true });
}
