/** The document's section "Configuration Reference", line by line in TypeScript. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as everything from '../../src/index.ts';
import {
  CertificateError,
  EnterprisePluginManagerConfig,
  IsolationLevel,
  ProcessSandboxEngine,
  ResourceLimits,
  type SandboxContext,
  SandboxError,
  SandboxResourceError,
  SandboxSecurityViolation,
  SandboxTimeoutError,
  SecurityError,
  SecurityPolicy,
  SignatureError,
  ValidationError,
  createPolicy,
} from '../../src/index.ts';

describe('the section "Configuration Reference"', () => {
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

  it('Exception Hierarchy: one import gives all fifteen, below the three that they are a kind of', () => {
    const kinds: readonly (readonly [abstract new (...args: never[]) => Error, readonly string[]])[] = [
      [SecurityError, ['SandboxError', 'SignatureError', 'CertificateError']],
      [SandboxError, ['SandboxTimeoutError', 'SandboxResourceError', 'SandboxSecurityViolation']],
      [
        SignatureError,
        ['SignatureExpiredError', 'SignatureTamperError', 'UntrustedSignerError', 'InvalidSignatureError'],
      ],
      [
        CertificateError,
        [
          'CertificateExpiredError',
          'CertificateRevokedError',
          'CertificateNotFoundError',
          'InvalidCertificateError',
        ],
      ],
    ];
    const exported = new Map<string, unknown>(Object.entries(everything));
    for (const [Kind, names] of kinds)
      for (const name of names)
        expect([name, (exported.get(name) as typeof Error).prototype instanceof Kind]).toEqual([name, true]);
    expect(kinds.flatMap(([, names]) => names)).toHaveLength(14);
  });

  it.each([
    [
      'SandboxTimeoutError',
      (): void => {
        for (;;);
      },
      /^Timeout: 0\.4s, ran for 0\.[4-9]\d*s$|^Timeout: 0\.4s, ran for [1-9]/,
    ],
    [
      'SandboxResourceError',
      (): void => {
        const all: number[][] = [];
        for (;;) all.push(new Array<number>(100_000).fill(all.length));
      },
      /^Resource limit: memory, limit=64, actual=(?:\d+|NaN)/,
    ],
    [
      'SandboxSecurityViolation',
      (): unknown => process.getBuiltinModule('node:child_process'),
      /^Security violation: module, action=.*child_process/,
    ],
  ])('Exception Hierarchy: the handler as written tells %s', async (name, func, line) => {
    const printed: string[] = [];
    const print = (text: string): void => {
      printed.push(text);
    };
    await using engine = new ProcessSandboxEngine();
    await using context: SandboxContext = await engine.createSandbox(
      'my-plugin',
      createPolicy({
        isolationLevel: IsolationLevel.PROCESS,
        enforcement: 'best-effort',
        maxExecutionTimeSec: name === 'SandboxTimeoutError' ? 0.4 : 60,
        maxMemoryMb: 64,
        maxCpuPercent: Infinity,
      }),
    );
    try {
      await engine.execute(context, func);
    } catch (e) {
      if (e instanceof SandboxTimeoutError)
        print(`Timeout: ${String(e.timeoutSeconds)}s, ran for ${String(e.executionTime)}s`);
      else if (e instanceof SandboxResourceError)
        print(`Resource limit: ${e.resourceType}, limit=${String(e.limit)}, actual=${String(e.actual)}`);
      else if (e instanceof SandboxSecurityViolation)
        print(`Security violation: ${e.violationType}, action=${e.attemptedAction}`);
      else throw e;
    }
    expect(printed).toEqual([expect.stringMatching(line)]);
  });
});
