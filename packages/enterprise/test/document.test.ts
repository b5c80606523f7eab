/** The document's sections "Enterprise Plugin Manager" and "Configuration Reference", line by line in TypeScript. */
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  CertificateError,
  EnterprisePluginManager,
  EnterprisePluginManagerConfig,
  IsolationLevel,
  LifecycleState,
  ProcessSandboxEngine,
  ResourceLimits,
  SandboxError,
  SandboxResourceError,
  SandboxSecurityViolation,
  SandboxTimeoutError,
  SecurityError,
  SecurityPolicy,
  SignatureError,
  ValidationError,
  createEnterpriseManager,
  createPolicy,
} from '../src/index.ts';
import { Workshop } from './support/workshop.ts';

let workshop: Workshop;
let home: string;
beforeEach(async () => {
  workshop = await Workshop.create();
  home = process.cwd();
  await workshop.plugin('my-plugin', { code: 'export const read = (text) => text.split(",");' });
  process.chdir(workshop.root);
  vi.stubEnv('XDG_CACHE_HOME', join(workshop.root, 'cache'));
  await rename(join(workshop.root, 'trust.json'), join(workshop.root, 'trust_store.json'));
  await mkdir(join(workshop.root, 'cache'));
});
afterEach(async () => {
  process.chdir(home);
  vi.unstubAllEnvs();
  await workshop[Symbol.asyncDispose]();
});

describe('the document', () => {
  it('Unified Facade runs as written', async () => {
    const config = EnterprisePluginManagerConfig.create({
      // Plugin discovery
      pluginDirs: ['./plugins'],
      scanEntrypoints: true,
      autoLoad: false,
      autoActivate: true,
      // Security; best effort, for what the machine of a test can keep
      defaultSecurityPolicy: createPolicy({ base: SecurityPolicy.STANDARD, enforcement: 'best-effort' }),
      requireSignature: true,
      trustStorePath: './trust_store.json',
      // Hot Reload
      enableHotReload: true,
      watchForChanges: true,
      // Versioning & Dependencies
      strictVersionCheck: true,
      strictDependencies: true,
      allowMissingOptional: true,
    });
    await using manager = new EnterprisePluginManager(config);
    const discovered = await manager.discoverPlugins();
    expect(discovered.map(({ id }) => id)).toEqual(['my-plugin']);
    const lines = manager.listPlugins().map((plugin) => `${plugin.id}: ${plugin.version} (${plugin.state})`);
    expect(lines).toEqual(['my-plugin: 1.0.0 (discovered)']);
    await manager.load('my-plugin');
    await manager.activate('my-plugin');
    const plugin = manager.getPlugin<{ read(text: string): string[] }>('my-plugin');
    expect(plugin.state).toBe(LifecycleState.ACTIVE);
    expect(await plugin.call('read', 'a,b')).toEqual(['a', 'b']);
    await manager.deactivate('my-plugin');
    expect(plugin.state).toBe(LifecycleState.INACTIVE);
    await manager.unload('my-plugin');
    expect(plugin.state).toBe(LifecycleState.UNLOADED);
  });

  it('EnterprisePluginManagerConfig has the defaults of its table, and null for no trust store', () => {
    const config = EnterprisePluginManagerConfig.create({ trustStorePath: null });
    expect(config).toMatchObject({
      pluginDirs: [join(process.cwd(), 'plugins')],
      scanEntrypoints: true,
      autoLoad: false,
      autoActivate: true,
      defaultSecurityPolicy: SecurityPolicy.STANDARD,
      requireSignature: true,
      enableHotReload: true,
      watchForChanges: true,
      strictVersionCheck: true,
      strictDependencies: true,
      allowMissingOptional: true,
    });
    expect(config.trustStorePath).toBeUndefined();
    expect(Object.isFrozen(config)).toBe(true);
    expect(EnterprisePluginManagerConfig.create(config)).toEqual(config);
  });

  it('EnterprisePluginManagerConfig names every fault at once', () => {
    const create = (): unknown =>
      EnterprisePluginManagerConfig.create({
        autoLoad: 'yes',
        plugindirs: [],
        parallelLoads: 0,
        restart: { maxRestarts: 3 },
      } as never);
    expect(create).toThrow(ValidationError);
    for (const fault of [
      /autoLoad must be true or false/,
      /plugindirs is not a known option/,
      /parallelLoads must be/,
    ])
      expect(create).toThrow(fault);
    expect(() => EnterprisePluginManagerConfig.create('x' as never)).toThrow(/must be an object/);
    expect(() => EnterprisePluginManagerConfig.create({ restart: { maxRestarts: -1 } })).toThrow(
      /maxRestarts/,
    );
  });

  it('ResourceLimits and their presets have the document’s values', () => {
    const limits = ResourceLimits.create({
      maxMemoryMb: 512,
      maxCpuPercent: 50,
      maxExecutionTimeSec: 30,
      maxFileDescriptors: 100,
      allowedPaths: [],
      writablePaths: [],
      deniedSyscalls: ['fork', 'vfork'],
    });
    expect(limits).toMatchObject({ maxMemoryMb: 512, deniedSyscalls: ['fork', 'vfork'] });
    const facts = [ResourceLimits.minimal(), ResourceLimits.standard(), ResourceLimits.generous()].map(
      ({ maxMemoryMb, maxCpuPercent, maxExecutionTimeSec }) => [
        maxMemoryMb,
        maxCpuPercent,
        maxExecutionTimeSec,
      ],
    );
    expect(facts).toEqual([
      [128, 25, 10],
      [512, 50, 30],
      [2048, 100, 300],
    ]);
  });

  it('Exception Hierarchy tells timeout, resource and violation apart', async () => {
    for (const Kind of [SandboxError, SignatureError, CertificateError])
      expect(Kind.prototype).toBeInstanceOf(SecurityError);
    for (const Kind of [SandboxTimeoutError, SandboxResourceError, SandboxSecurityViolation])
      expect(Kind.prototype).toBeInstanceOf(SandboxError);
    await using engine = new ProcessSandboxEngine();
    const policy = createPolicy({
      isolationLevel: IsolationLevel.PROCESS,
      enforcement: 'best-effort',
      maxExecutionTimeSec: 0.2,
      maxCpuPercent: Infinity,
    });
    await using context = await engine.createSandbox('my-plugin', policy);
    const failure: unknown = await engine
      .execute(context, () => {
        for (;;);
      })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SandboxTimeoutError);
    const { timeoutSeconds, executionTime } = failure as SandboxTimeoutError;
    expect(timeoutSeconds).toBe(0.2);
    expect(executionTime).toBeGreaterThanOrEqual(0.2);
  });

  it('createEnterpriseManager takes a security level, and refuses one that does not exist', async () => {
    await using manager = createEnterpriseManager({ securityLevel: 'development', requireSignature: false });
    await manager.discoverPlugins();
    const plugin = await manager.load('my-plugin');
    expect(plugin.policy.isolationLevel).toBe(IsolationLevel.NONE);
    expect(() => createEnterpriseManager({ securityLevel: 'lax' as never })).toThrow(ValidationError);
  });
});
