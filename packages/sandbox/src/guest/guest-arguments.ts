/** Argument of a guest that waits in the standby pool. */
export const STANDBY_ARGUMENT = 'standby';

const CHANNEL_PREFIX = 'channel=';

/** Argument of a guest that connects to its host over a Unix socket, where it cannot inherit a descriptor. */
export function channelArgument(path: string): string {
  return `${CHANNEL_PREFIX}${path}`;
}

/** The path of the socket to connect to; `undefined` for a guest that inherited its channel. */
export function findChannelPath(args: readonly string[]): string | undefined {
  return args.find((arg) => arg.startsWith(CHANNEL_PREFIX))?.slice(CHANNEL_PREFIX.length);
}
