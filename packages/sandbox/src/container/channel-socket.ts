import { chmod, mkdir, rm } from 'node:fs/promises';
import { type Server, type Socket, createServer } from 'node:net';
import { join } from 'node:path';

/** Longest path of a Unix socket (`sun_path`), in bytes, with the zero at its end. */
const MAX_PATH_BYTES = 108;
const NAME = 'host';

/**
 * A Unix socket that one guest connects to, once. It lies in a folder that only this user can enter; the
 * container gets the inner folder, where its own user finds the socket.
 */
export class ChannelSocket implements AsyncDisposable {
  /** The folder to mount, read-only: connecting to a socket writes nothing. */
  readonly folder: string;
  /** Settles with the first connection, after which no other is taken. */
  readonly connected: Promise<Socket>;
  readonly #server: Server;

  private constructor(folder: string, server: Server) {
    this.folder = folder;
    this.#server = server;
    this.connected = new Promise((resolve) => {
      server.once('connection', (socket) => {
        server.close();
        resolve(socket);
      });
    });
  }

  /** Listens in a new folder below `parent`, which must be private. @throws RangeError where the path is too long */
  static async listen(parent: string): Promise<ChannelSocket> {
    const folder = join(parent, 'channel');
    const path = join(folder, NAME);
    if (Buffer.byteLength(path) >= MAX_PATH_BYTES)
      throw new RangeError(
        `the path of the socket ${path} is longer than the ${String(MAX_PATH_BYTES - 1)} bytes that the system takes: set TMPDIR to a shorter one`,
      );
    await mkdir(folder, { mode: 0o755 });
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
    server.on('error', () => undefined);
    await chmod(path, 0o777);
    return new ChannelSocket(folder, server);
  }

  /** Name of the socket below the mounted folder. */
  get name(): string {
    return NAME;
  }

  /** Whether the host stays alive until a guest has come. */
  setKeepsHostAlive(keeps: boolean): void {
    if (keeps) this.#server.ref();
    else this.#server.unref();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
