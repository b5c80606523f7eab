/**
 * The few calls of Docker's HTTP API that sandboxes need, over its Unix socket.
 *
 * The API is versioned and kept compatible; 1.41 is Docker 20.10 and newer, and Podman's own server.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http';
import { json, text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { ContainerRuntimeError } from './container-runtime.ts';

const API = '/v1.41';
/** For an answer, which on a machine that is short of time can be slow to come. */
const ANSWER_TIMEOUT_MS = 60_000;

/** One call of the API. */
export interface DockerCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With its query: `/containers/json?all=1`. */
  readonly path: string;
  readonly body?: object;
  /** Sent as it is, in place of `body`. */
  readonly archive?: AsyncIterable<Buffer>;
  /** A connection of its own, for an answer that stays open as long as it takes. @defaultValue false */
  readonly isLong?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Writes the query of a path. Objects are sent as JSON, as filters are. */
export function query(parameters: Readonly<Record<string, string | number | boolean | object>>): string {
  const fields = Object.entries(parameters).map(([name, value]): [string, string] => [
    name,
    typeof value === 'object' ? JSON.stringify(value) : String(value),
  ]);
  return `?${new URLSearchParams(fields).toString()}`;
}

/** Speaks to one Docker daemon. */
export class DockerClient {
  readonly socketPath: string;
  /**
   * Taken when there is a daemon to speak to: an import of this module would load Node's whole fetch with it, for
   * every host.
   */
  readonly #http = process.getBuiltinModule('node:http');
  readonly #agent = new this.#http.Agent({ keepAlive: true });

  constructor(socketPath: string) {
    this.socketPath = socketPath;
  }

  /** Makes a call and answers the response once its head has come. @throws ContainerRuntimeError for a status of 400 or more */
  async open(call: DockerCall): Promise<IncomingMessage> {
    const response = await this.#send(call);
    const status = response.statusCode ?? 0;
    if (status < 400) return response;
    const body = await text(response);
    throw new ContainerRuntimeError(messageOf(body) || `HTTP status ${String(status)}`, status);
  }

  /** Makes a call and answers the JSON of its response; `undefined` for an empty one. */
  async fetch(call: DockerCall): Promise<unknown> {
    const response = await this.open(call);
    if (response.statusCode === 204 || response.statusCode === 304) {
      response.resume();
      return undefined;
    }
    return json(response);
  }

  /** Makes a call whose answer is a log of JSON lines, and waits for its end. @throws ContainerRuntimeError for an error in it */
  async follow(call: DockerCall): Promise<void> {
    const lines = (await text(await this.open(call))).trim().split('\n');
    const last = messageOf(lines.at(-1) ?? '', 'error');
    if (last !== '') throw new ContainerRuntimeError(last, 500);
  }

  #send({ method, path, body, archive, isLong = false, signal }: DockerCall): Promise<IncomingMessage> {
    const isUnlimited = isLong || archive !== undefined;
    return new Promise((resolve, reject) => {
      const sent = this.#http.request(
        {
          socketPath: this.socketPath,
          method,
          path: `${API}${path}`,
          headers: {
            host: 'docker',
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            ...(archive === undefined ? {} : { 'content-type': 'application/x-tar' }),
          },
          agent: isUnlimited ? false : this.#agent,
          ...(isUnlimited ? {} : { timeout: ANSWER_TIMEOUT_MS }),
          ...(signal === undefined ? {} : { signal }),
        },
        resolve,
      );
      sent.on('error', reject);
      sent.on('timeout', () => {
        sent.destroy(
          new Error(
            `the daemon at ${this.socketPath} did not answer within ${String(ANSWER_TIMEOUT_MS / 1000)} s`,
          ),
        );
      });
      if (archive !== undefined) pipeline(archive, sent).catch(reject);
      else sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

function messageOf(body: string, field: 'message' | 'error' = 'message'): string {
  try {
    const parsed = JSON.parse(body) as Readonly<Record<string, unknown>> | null;
    return typeof parsed?.[field] === 'string' ? parsed[field] : '';
  } catch {
    return field === 'message' ? body.trim().slice(0, 500) : '';
  }
}
