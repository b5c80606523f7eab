import { type CreatePolicyOptions, STANDARD, createPolicy } from '@truthound/protocols';
import { describe, expect, it } from 'vitest';
import { type ContainerSpec, createContainerSpec } from '../../src/container/container-spec.ts';
import { dockerRequest } from '../../src/container/docker-request.ts';
import { podmanArguments } from '../../src/container/podman-arguments.ts';
import { createSeccompProfile } from '../../src/container/seccomp-profile.ts';

const MB = 1024 * 1024;

function describeContainer(
  options: CreatePolicyOptions = {},
  runtimeArgs: readonly string[] = [],
): ContainerSpec {
  const policy = createPolicy({ base: STANDARD, ...options });
  return createContainerSpec(policy, {
    sandboxName: 'truthound-1',
    image: 'localhost/truthound-guest:26.10.0-abc',
    command: ['/usr/local/bin/node', 'guest.js'],
    labels: { 'truthound.sandbox': 'truthound-1' },
    mounts: [
      { source: '/srv/a,"b"', target: '/srv/a,"b"', isWritable: false },
      { source: '/srv/out', target: '/srv/out', isWritable: true },
    ],
    seccomp: createSeccompProfile(policy, 'x64'),
    folder: '/run/private',
    needsExecutableScratch: false,
    hostLimits: { descriptors: 1000, processes: Infinity },
    cpuCount: 2,
    runtimeArgs,
  });
}

/** What each field of a policy becomes, in Docker's request and among Podman's arguments. */
const LIMITS: readonly {
  readonly policy: CreatePolicyOptions;
  readonly docker: Readonly<Record<string, unknown>>;
  readonly podman: readonly string[];
}[] = [
  {
    policy: { maxMemoryMb: 256 },
    docker: { Memory: 256 * MB, MemorySwap: 256 * MB },
    podman: [`--memory=${String(256 * MB)}b`, `--memory-swap=${String(256 * MB)}b`],
  },
  {
    policy: { maxMemoryMb: 100 },
    docker: { Tmpfs: { '/tmp': `rw,nosuid,nodev,noexec,size=${String(25 * MB)},mode=1777` } },
    podman: [`--tmpfs=/tmp:rw,nosuid,nodev,noexec,size=${String(25 * MB)},mode=1777`],
  },
  { policy: { maxCpuPercent: 50 }, docker: { NanoCpus: 5e8 }, podman: ['--cpus=0.5'] },
  // No more than the machine has, and no less than the kernel can give.
  { policy: { maxCpuPercent: 800 }, docker: { NanoCpus: 2e9 }, podman: ['--cpus=2'] },
  { policy: { maxCpuPercent: 0.001 }, docker: { NanoCpus: 1e7 }, podman: ['--cpus=0.01'] },
  {
    policy: { maxFileDescriptors: 10 },
    docker: {
      Ulimits: [
        { Name: 'core', Soft: 0, Hard: 0 },
        { Name: 'nofile', Soft: 74, Hard: 74 },
      ],
    },
    podman: ['--ulimit=core=0:0', '--ulimit=nofile=74:74'],
  },
  // The engine of a host that is limited itself cannot give more.
  { policy: { maxFileDescriptors: 5000 }, docker: {}, podman: ['--ulimit=nofile=1000:1000'] },
  { policy: { allowNetwork: false }, docker: { NetworkMode: 'none' }, podman: ['--network=none'] },
  { policy: { allowNetwork: true }, docker: { NetworkMode: 'bridge' }, podman: ['--network=bridge'] },
  { policy: { allowSubprocess: false }, docker: { PidsLimit: 64 }, podman: ['--pids-limit=64'] },
  { policy: { allowSubprocess: true }, docker: { PidsLimit: 256 }, podman: ['--pids-limit=256'] },
  {
    policy: {},
    docker: {
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      AutoRemove: true,
      Init: false,
      IpcMode: 'none',
      SecurityOpt: ['no-new-privileges', expect.stringMatching(/^seccomp=\{"defaultAction":/)],
    },
    podman: [
      '--rm',
      '--read-only',
      '--read-only-tmpfs=false',
      '--cap-drop=ALL',
      '--security-opt=no-new-privileges',
      '--security-opt=seccomp=/run/private/seccomp.json',
      '--user=65534:65534',
      '--pull=never',
      '--ipc=none',
    ],
  },
];

describe('W-11 a policy as a container', () => {
  it.each(LIMITS)('$policy is written for both engines', ({ policy, docker, podman }) => {
    const spec = describeContainer(policy);
    expect(dockerRequest(spec)).toMatchObject({ User: '65534:65534', HostConfig: docker });
    expect(podmanArguments(spec)).toEqual(expect.arrayContaining([...podman]));
  });

  it('leaves out what the policy does not limit', () => {
    const spec = describeContainer({ maxMemoryMb: Infinity, maxCpuPercent: Infinity });
    expect(Object.keys(dockerRequest(spec).HostConfig)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/Memory|Cpu/)]),
    );
    expect(podmanArguments(spec).filter((arg) => /^--(?:memory|cpus)/.test(arg))).toEqual([]);
    expect(spec.scratch.sizeBytes).toBe(64 * MB);
  });

  it('denies in the profile what the policy denies, but what a start needs', () => {
    const policy = createPolicy({ base: STANDARD, deniedSyscalls: ['ptrace', 'execve', 'socket'] });
    const denied = createSeccompProfile(policy, 'x64')
      .syscalls.filter(({ args }) => args === undefined)
      .flatMap(({ names }) => names);
    expect(denied).toContain('ptrace');
    expect(denied).not.toContain('execve');
    expect(denied).not.toContain('socket');
  });
});

describe('a container for Docker', () => {
  it('mounts folders under any name, and writable only where that is asked for', () => {
    expect(dockerRequest(describeContainer()).HostConfig['Mounts']).toEqual([
      expect.objectContaining({ Type: 'bind', Source: '/srv/a,"b"', Target: '/srv/a,"b"', ReadOnly: true }),
      expect.objectContaining({ Source: '/srv/out', ReadOnly: false }),
    ]);
  });

  it('takes the name of a runtime, and no other argument', () => {
    expect(dockerRequest(describeContainer({}, ['--runtime=runsc'])).HostConfig).toMatchObject({
      Runtime: 'runsc',
    });
    expect(() => dockerRequest(describeContainer({}, ['--privileged']))).toThrow(
      /takes --runtime=NAME, not --privileged/,
    );
  });
});

describe('a container for Podman', () => {
  it('mounts folders under any name, and writable only where that is asked for', () => {
    expect(podmanArguments(describeContainer()).filter((arg) => arg.startsWith('--mount='))).toEqual([
      '--mount=type=bind,"source=/srv/a,""b""","destination=/srv/a,""b""",bind-propagation=rprivate,ro=true',
      '--mount=type=bind,source=/srv/out,destination=/srv/out,bind-propagation=rprivate',
    ]);
  });

  it('ends with the image and the guest’s own arguments, after those of the user', () => {
    expect(podmanArguments(describeContainer({}, ['--runtime=runc'])).slice(-4)).toEqual([
      '--runtime=runc',
      '--entrypoint=["/usr/local/bin/node"]',
      'localhost/truthound-guest:26.10.0-abc',
      'guest.js',
    ]);
  });
});
