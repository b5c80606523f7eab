import { describe, expect, it } from 'vitest';
import { createLockdown } from '../../src/kernel/kernel-lockdown.ts';
import { type FilterRequest, prepareFilter } from '../../src/kernel/prepare-filter.ts';
import { OWN_PID } from '../../src/kernel/prepared-filter.ts';
import { compileSeccompFilter } from '../../src/kernel/seccomp-filter.ts';
import { buildSeccompRules } from '../../src/kernel/seccomp-rules.ts';
import { SimulatedKernel } from './simulated-kernel.ts';

const PID = 4242;

function requestFor(arch: FilterRequest['arch'], confinesSignals: boolean): FilterRequest {
  return {
    arch,
    confinesSignals,
    deniedSyscalls: ['getrandom'],
    allowNetwork: false,
    allowSubprocess: false,
  };
}

describe.each(['x64', 'arm64'] as const)('a filter for %s', (arch) => {
  it('becomes in its guest what it would be had that compiled it', () => {
    const installed: Uint8Array[] = [];
    const kernel = new SimulatedKernel(({ name, args }) => {
      if (name === 'keep' && args[0] instanceof Uint8Array) installed.push(args[0]);
      return 0;
    }, arch);
    const filter = prepareFilter(requestFor(arch, true));
    createLockdown(kernel, { platform: 'linux', arch, pid: PID }).apply({ filter });
    const request = { ...requestFor(arch, true), afterExec: true, ownPid: PID };
    const expected = compileSeccompFilter(buildSeccompRules(request));
    expect(installed.map((program) => Buffer.from(program))).toEqual([Buffer.from(expected)]);
  });

  it('names no process where something else keeps signals in', () => {
    const { program } = prepareFilter(requestFor(arch, false));
    const mark = Buffer.alloc(4);
    mark.writeUInt32LE(OWN_PID);
    expect(Buffer.from(program, 'base64').includes(mark)).toBe(false);
  });

  it('is compiled once', () => {
    expect(prepareFilter(requestFor(arch, true))).toBe(prepareFilter(requestFor(arch, true)));
  });
});
