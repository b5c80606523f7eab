import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, vi } from 'vitest';
import { ContainerSandboxEngine } from '../../src/index.ts';
import { containerRuntimes } from '../support/container-runtimes.ts';
import {
  inspectContainer,
  isContainerRunning,
  listContainersOf,
  startBystander,
} from '../support/engine-command.ts';
import { PROCESS_POLICY } from '../support/policy.ts';

// Two hosts and four containers, on a machine that does other things as well.
vi.setConfig({ testTimeout: 180_000 });

const HOST = join(import.meta.dirname, '..', 'support', 'host-with-containers.ts');

function startHost(runtime: string, task: 'busy' | 'next'): ChildProcess {
  const args = ['--conditions=@truthound/source', '--no-warnings', HOST, runtime, task];
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function readLine(host: ChildProcess): Promise<string> {
  const [line] = (await once(createInterface(host.stdout!), 'line')) as [string];
  return line;
}

describe.skipIf(containerRuntimes.length === 0).each(containerRuntimes)(
  'a host with containers of %s that is killed during 20 calls',
  (runtime) => {
    it('leaves what the next host removes, and that touches no other container', async () => {
      await using engine = new ContainerSandboxEngine({ runtime });
      const own = await engine.createSandbox('of a living host', PROCESS_POLICY);
      const [name = ''] = listContainersOf(runtime);
      const image = inspectContainer(runtime, name);
      using bystander = startBystander(runtime, image.ImageName ?? image.Config.Image);

      const killed = startHost(runtime, 'busy');
      const owner = await readLine(killed);
      const gone = once(killed, 'exit');
      killed.kill('SIGKILL');
      await gone;
      // They never look at their channel again: nothing but the next host can end them.
      expect(listContainersOf(runtime, owner)).toHaveLength(2);

      const next = startHost(runtime, 'next');
      const ended = once(next, 'exit');
      const nextOwner = await readLine(next);
      expect(await ended).toEqual([0, null]);
      expect(listContainersOf(runtime, owner)).toEqual([]);
      expect(listContainersOf(runtime, nextOwner)).toEqual([]);
      expect(isContainerRunning(runtime, bystander.id)).toBe(true);
      expect(await engine.execute(own, () => 'alive')).toBe('alive');
    });
  },
);
