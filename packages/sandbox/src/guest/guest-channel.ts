import type { RemoteErrorData } from '@truthound/protocols';
import { Connection, type ConnectionHandlers, type ConnectionSocket } from '../channel/connection.ts';
import { decodeValue } from '../channel/decode-value.ts';
import type { DirectReader } from '../channel/direct-reader.ts';
import { encodeValue } from '../channel/encode-value.ts';
import type { Frame } from '../channel/frames.ts';
import type { AnyStreamMessage, GuestMessage, HostMessage } from '../channel/messages.ts';
import { append } from '../channel/primordials.ts';
import { StreamTable } from '../channel/streams.ts';
import { describeError } from './describe-error.ts';

type Values = readonly ['result' | 'progress' | 'item', number] | readonly ['host-call', number, string];

/** The guest's end of the channel: messages with values in and out, streams included. */
export class GuestChannel {
  readonly #connection: Connection;
  readonly #streams: StreamTable;
  readonly #openStream: (value: AsyncIterable<unknown>) => number;

  constructor(
    socket: ConnectionSocket,
    handle: (
      message: Exclude<HostMessage, AnyStreamMessage>,
      decode: (json: unknown, isTagged: boolean) => unknown,
    ) => void,
    source?: DirectReader,
  ) {
    const acceptStream = (id: number): AsyncIterable<unknown> => this.#streams.accept(id);
    this.#openStream = (value) => this.#streams.open(value);
    this.#streams = new StreamTable({
      send: (message) => {
        this.send(message);
      },
      sendItem: (streamId, value) => {
        this.sendValue(['item', streamId], value, 'item');
      },
      describeError,
      makeError: rebuildError,
    });
    const handlers: ConnectionHandlers = {
      onFrame: ({ message, parts, bytes }: Frame) => {
        // The host is honest: its messages are not checked again.
        const decode = (json: unknown, isTagged: boolean): unknown =>
          decodeValue(json, { isTagged, parts, openStream: acceptStream });
        const known = message as HostMessage;
        if (isStreamMessage(known)) this.#streams.handle(known, decode, bytes);
        else handle(known, decode);
      },
      // A host that is gone or talks nonsense leaves nothing to do.
      onFault: () => process.exit(70),
      onClose: () => process.exit(0),
    };
    this.#connection = new Connection(socket, handlers, { source });
  }

  send(message: GuestMessage | AnyStreamMessage): void {
    this.#connection.send(message);
  }

  /** Sends a message that ends with a value. @throws TypeError that names what in it cannot cross. */
  sendValue(head: Values, value: unknown, path: string): void {
    const { json, isTagged, parts } = encodeValue(value, { path, openStream: this.#openStream });
    // No spreading, which would call an iterator that the plugin may have replaced.
    const message: unknown[] = [];
    for (let index = 0; index < head.length; index += 1) append(message, head[index]);
    append(message, json);
    append(message, isTagged);
    this.#connection.send(message, parts);
  }

  flush(): void {
    this.#connection.flush();
  }
}

function isStreamMessage(message: HostMessage): message is AnyStreamMessage {
  return (
    message[0] === 'pull' ||
    message[0] === 'cancel' ||
    message[0] === 'item' ||
    message[0] === 'end' ||
    message[0] === 'fail'
  );
}

/** Makes an error of what the host sent: its functions' own failures, as the plugin sees them. */
export function rebuildError(data: RemoteErrorData): Error {
  const error = new Error(data.message);
  Object.defineProperty(error, 'name', { value: data.name, configurable: true, writable: true });
  if (data.code !== undefined) Object.assign(error, { code: data.code });
  if (data.cause !== undefined)
    Object.defineProperty(error, 'cause', {
      value: rebuildError(data.cause),
      configurable: true,
      writable: true,
    });
  return error;
}
