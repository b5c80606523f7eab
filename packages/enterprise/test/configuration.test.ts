/** What the options change, each seen both ways. */
import {
  DependencyCycleError,
  IsolationLevel,
  LifecycleState,
  MissingDependencyError,
  ReloadError,
  VersionConflictError,
  createPolicy,
} from '@truthound/protocols';
import { describe, expect, it } from 'vitest';
import type { EnterprisePluginManager, EnterprisePluginManagerConfig } from '../src/index.ts';
import { manage } from './support/manage.ts';
import { TEST_POLICY } from './support/policy.ts';
import { Workshop } from './support/workshop.ts';

/** What is decided here is decided before any sandbox. */
const IN_PROCESS: EnterprisePluginManagerConfig = {
  requireSignature: false,
  defaultSecurityPolicy: createPolicy({ base: TEST_POLICY, isolationLevel: IsolationLevel.NONE }),
};

function warningsOf(manager: EnterprisePluginManager): readonly Error[] {
  const warnings: Error[] = [];
  manager.on('warning', ({ error }) => warnings.push(error));
  return warnings;
}

describe('hostVersion and strictVersionCheck', () => {
  const forNine = { sign: false, packageJson: { engines: { truthound: '^9.0.0' } } };

  it('refuse a plugin for another host, or tell of it and load it', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('modern', forNine);
    await using strict = await manage(workshop, IN_PROCESS);
    await expect(strict.load('modern')).rejects.toThrow(VersionConflictError);
    await using lenient = await manage(workshop, { ...IN_PROCESS, strictVersionCheck: false });
    const warnings = warningsOf(lenient);
    expect((await lenient.load('modern')).state).toBe(LifecycleState.ACTIVE);
    expect(warnings.map(({ message }) => message).join()).toMatch(/\^9\.0\.0/);
    await using modern = await manage(workshop, { ...IN_PROCESS, hostVersion: '9.1.0' });
    expect((await modern.load('modern')).state).toBe(LifecycleState.ACTIVE);
  });
});

describe('strictDependencies', () => {
  it('refuses what a plugin cannot do without, or tells of it and loads the plugin', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('needy', { sign: false, manifest: { dependencies: { absent: '^1.0.0' } } });
    await using strict = await manage(workshop, IN_PROCESS);
    await expect(strict.load('needy')).rejects.toThrow(MissingDependencyError);
    expect(strict.getPlugin('needy').state).toBe(LifecycleState.DISCOVERED);
    await using lenient = await manage(workshop, { ...IN_PROCESS, strictDependencies: false });
    const warnings = warningsOf(lenient);
    expect((await lenient.load('needy')).state).toBe(LifecycleState.ACTIVE);
    expect(warnings).toEqual([expect.any(MissingDependencyError)]);
  });

  it('refuses a circle, or tells of it and loads both', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('egg', { sign: false, manifest: { dependencies: { hen: '*' } } });
    await workshop.plugin('hen', { sign: false, manifest: { dependencies: { egg: '*' } } });
    await using strict = await manage(workshop, IN_PROCESS);
    await expect(strict.load('egg')).rejects.toThrow(DependencyCycleError);
    await using lenient = await manage(workshop, { ...IN_PROCESS, strictDependencies: false });
    const warnings = warningsOf(lenient);
    const { succeeded, failed } = await lenient.loadAll();
    expect(failed).toEqual([]);
    expect(succeeded).toEqual(['egg', 'hen']);
    expect(warnings.some((warning) => warning instanceof DependencyCycleError)).toBe(true);
  });
});

describe('allowMissingOptional', () => {
  it('lets a plugin do without what it only likes to have, or does not', async () => {
    await using workshop = await Workshop.create();
    const dependencies = { charts: { range: '^1.0.0', type: 'optional' } };
    await workshop.plugin('reporter', { sign: false, manifest: { dependencies } });
    await using lenient = await manage(workshop, IN_PROCESS);
    expect((await lenient.load('reporter')).state).toBe(LifecycleState.ACTIVE);
    await using strict = await manage(workshop, { ...IN_PROCESS, allowMissingOptional: false });
    await expect(strict.load('reporter')).rejects.toThrow(MissingDependencyError);
  });
});

describe('enableHotReload', () => {
  it('off: reloads are refused, and no file is watched', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('fixed', { sign: false });
    const config = { ...IN_PROCESS, enableHotReload: false, watchForChanges: true };
    await using manager = await manage(workshop, config);
    const handle = await manager.load('fixed');
    await expect(manager.reload('fixed')).rejects.toThrow(ReloadError);
    expect(handle.state).toBe(LifecycleState.ACTIVE);
  });
});
