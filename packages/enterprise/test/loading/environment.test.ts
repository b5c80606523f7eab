import type { SandboxOptions } from '@truthound/protocols';
import { describe, expect, it, vi } from 'vitest';
import { ProcessSandboxEngine } from '../../src/index.ts';
import { manage } from '../support/manage.ts';
import { Workshop } from '../support/workshop.ts';

/** An engine that keeps what it was asked for. */
class AskedEngine extends ProcessSandboxEngine {
  readonly asked = new Map<string, SandboxOptions>();

  override createSandbox(
    ...given: Parameters<ProcessSandboxEngine['createSandbox']>
  ): ReturnType<ProcessSandboxEngine['createSandbox']> {
    this.asked.set(given[0], given[2] ?? {});
    return super.createSandbox(...given);
  }
}

describe('environment variables', () => {
  it('are those that the manifest asks for; without any, a guest that was started ahead can be used', async () => {
    vi.stubEnv('TRUTHOUND_TEST_COLOR', 'green');
    vi.stubEnv('TRUTHOUND_TEST_SECRET', 'hidden');
    await using workshop = await Workshop.create();
    const code = 'export const see = () => ({ ...process.env });';
    const permissions = { env: ['TRUTHOUND_TEST_COLOR', 'TRUTHOUND_TEST_UNSET'] };
    await workshop.plugin('curious', { code, manifest: { permissions } });
    await workshop.plugin('content', { code });
    await workshop.plugin('unlucky', { code, manifest: { permissions: { env: ['TRUTHOUND_TEST_UNSET'] } } });
    const engine = new AskedEngine({ standby: 1 });
    await using manager = await manage(workshop, {}, { createEngine: () => engine });
    const curious = await manager.load('curious');
    expect(await curious.call('see')).toEqual({ TRUTHOUND_TEST_COLOR: 'green' });
    for (const id of ['content', 'unlucky']) {
      expect(await (await manager.load(id)).call('see')).toEqual({});
      expect(engine.asked.get(id)).not.toHaveProperty('env');
    }
    vi.unstubAllEnvs();
  });
});
