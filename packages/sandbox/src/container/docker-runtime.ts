import type { IncomingMessage } from 'node:http';
import type { ContainerRuntime, ListedContainer, RunningContainer } from './container-runtime.ts';
import { ContainerRuntimeError } from './container-runtime.ts';
import type { ContainerSpec } from './container-spec.ts';
import { DockerClient, query } from './docker-client.ts';
import { splitDockerOutput } from './docker-output.ts';
import { dockerRequest } from './docker-request.ts';

/** What became of a container that cannot be told any more. */
const UNKNOWN_EXIT = -1;

/** Docker, by its HTTP API: a container starts in half the time that its command line takes. */
export class DockerRuntime implements ContainerRuntime {
  readonly kind = 'docker';
  readonly description: string;
  readonly #client: DockerClient;

  private constructor(client: DockerClient, version: string) {
    this.#client = client;
    this.description = `Docker ${version} at ${client.socketPath}`;
  }

  /** Connects to a daemon. @throws when none answers there */
  static async connect(socketPath: string, signal?: AbortSignal): Promise<DockerRuntime> {
    const client = new DockerClient(socketPath);
    const version = (await client.fetch({ method: 'GET', path: '/version', signal })) as {
      readonly Version?: unknown;
    };
    return new DockerRuntime(client, String(version.Version));
  }

  async start(spec: ContainerSpec, signal?: AbortSignal): Promise<RunningContainer> {
    signal?.throwIfAborted();
    // Never cut short: a request that was given up may have made a container all the same.
    const { Id: id } = (await this.#client.fetch({
      method: 'POST',
      path: `/containers/create${query({ name: spec.name })}`,
      body: dockerRequest(spec),
    })) as { readonly Id: string };
    try {
      const [output, end] = await Promise.all([
        this.#client.open({
          method: 'POST',
          path: `/containers/${id}/attach${query({ stream: 1, stdout: 1, stderr: 1 })}`,
          isLong: true,
        }),
        // Asked for before the start, so that no end is missed.
        this.#client.open({
          method: 'POST',
          path: `/containers/${id}/wait${query({ condition: 'removed' })}`,
          isLong: true,
        }),
      ]);
      signal?.throwIfAborted();
      await this.#client.fetch({ method: 'POST', path: `/containers/${id}/start` });
      return new DockerContainer(this.#client, { id, name: spec.name, output, end });
    } catch (error) {
      await this.remove(id);
      throw error;
    }
  }

  async listByLabel(label: string): Promise<readonly ListedContainer[]> {
    const found = (await this.#client.fetch({
      method: 'GET',
      path: `/containers/json${query({ all: true, filters: { label: [label] } })}`,
    })) as readonly {
      readonly Id: string;
      readonly Labels: Readonly<Record<string, string>>;
      readonly State: string;
    }[];
    return found.map(({ Id, Labels, State }) => ({ id: Id, labels: Labels, isRunning: State === 'running' }));
  }

  async remove(id: string): Promise<void> {
    try {
      await this.#client.fetch({
        method: 'DELETE',
        path: `/containers/${id}${query({ force: true, v: true })}`,
      });
    } catch (error) {
      // 404: gone; 409: somebody else is removing it.
      if (error instanceof ContainerRuntimeError && (error.status === 404 || error.status === 409)) return;
      throw error;
    }
  }

  async hasImage(reference: string): Promise<boolean> {
    try {
      await this.#client.fetch({ method: 'GET', path: `/images/${reference}/json` });
      return true;
    } catch (error) {
      if (error instanceof ContainerRuntimeError && error.status === 404) return false;
      throw error;
    }
  }

  async importImage(reference: string, archive: AsyncIterable<Buffer>, signal?: AbortSignal): Promise<void> {
    const [repo = '', tag = ''] = splitReference(reference);
    await this.#client.follow({
      method: 'POST',
      path: `/images/create${query({ fromSrc: '-', repo, tag })}`,
      archive,
      signal,
    });
  }
}

/** The name and the tag. A port before the name has a colon as well. */
function splitReference(reference: string): readonly string[] {
  const at = reference.lastIndexOf(':');
  return [reference.slice(0, at), reference.slice(at + 1)];
}

class DockerContainer implements RunningContainer {
  readonly name: string;
  readonly stdout;
  readonly stderr;
  readonly exited: Promise<number>;
  readonly #client: DockerClient;
  readonly #id: string;
  readonly #connections: readonly IncomingMessage[];
  #isGone = false;
  #isKilled = false;

  constructor(
    client: DockerClient,
    { id, name, output, end }: { id: string; name: string; output: IncomingMessage; end: IncomingMessage },
  ) {
    this.#client = client;
    this.#id = id;
    this.name = name;
    this.#connections = [output, end];
    ({ stdout: this.stdout, stderr: this.stderr } = splitDockerOutput(output));
    this.exited = readExitCode(end).then((code) => {
      this.#isGone = true;
      return code;
    });
  }

  async findPid(): Promise<number | undefined> {
    try {
      const { State } = (await this.#client.fetch({
        method: 'GET',
        path: `/containers/${this.#id}/json`,
      })) as {
        readonly State: { readonly Pid: number };
      };
      return State.Pid > 0 ? State.Pid : undefined;
    } catch {
      return undefined;
    }
  }

  kill(): void {
    if (this.#isGone || this.#isKilled) return;
    this.#isKilled = true;
    this.#client
      .fetch({ method: 'DELETE', path: `/containers/${this.#id}${query({ force: true })}` })
      // It is gone, or going.
      .catch(() => undefined);
  }

  setKeepsHostAlive(keeps: boolean): void {
    for (const { socket } of this.#connections) {
      if (keeps) socket.ref();
      else socket.unref();
    }
  }
}

async function readExitCode(end: IncomingMessage): Promise<number> {
  try {
    let body = '';
    for await (const chunk of end.setEncoding('utf8')) body += String(chunk);
    const { StatusCode } = JSON.parse(body) as { readonly StatusCode?: unknown };
    return typeof StatusCode === 'number' ? StatusCode : UNKNOWN_EXIT;
  } catch {
    return UNKNOWN_EXIT;
  }
}
