import { STANDARD, createPolicy } from '@truthound/protocols';
import { describe, expect, it } from 'vitest';
import { appliedBubblewrapLayers, seesOnly } from '../../src/confinement/bubblewrap-layer.ts';
import { type BubblewrapPlan, bubblewrapArguments } from '../../src/confinement/bubblewrap.ts';
import { parseLibraries } from '../../src/confinement/node-files.ts';
import { type ProcessInspection, parseMountPoints } from '../../src/confinement/process-inspection.ts';

const plan: BubblewrapPlan = {
  policy: STANDARD,
  paths: { read: ['/srv/plugin', '/tmp/scratch'], write: ['/tmp/scratch/work'] },
  nodeFiles: ['/opt/node', '/lib/libc.so.6'],
  cwd: '/tmp/scratch/work',
  filterDescriptor: 4,
};

describe('the arguments', () => {
  const text = bubblewrapArguments(plan).join(' ');

  it('start from nothing: no namespace and no privilege is shared', () => {
    expect(text).toMatch(/^--unshare-all --die-with-parent --cap-drop ALL /);
    expect(text).not.toContain('--share-net');
  });

  it('mount what lies inside of something else after it', () => {
    expect(text.indexOf('--ro-bind /tmp/scratch /tmp/scratch')).toBeLessThan(
      text.indexOf('--bind /tmp/scratch/work /tmp/scratch/work'),
    );
  });

  it('let the root itself be written by nobody, and hand the filter over', () => {
    expect(text).toMatch(/--remount-ro \/ --chdir \/tmp\/scratch\/work --seccomp 4 --$/);
  });

  it('share the network where the policy allows it, and only there', () => {
    const open = { ...plan, policy: createPolicy({ base: STANDARD, allowNetwork: true }) };
    expect(bubblewrapArguments(open)).toContain('--share-net');
  });

  it('grant programs only where the policy allows them', () => {
    const open = { ...plan, policy: createPolicy({ base: STANDARD, allowSubprocess: true }) };
    expect(bubblewrapArguments(plan)).not.toContain('/usr');
    expect(bubblewrapArguments(open)).toContain('/usr');
  });
});

describe('what is counted on', () => {
  const inspection: ProcessInspection = {
    ownNamespaces: ['mnt', 'pid', 'net', 'ipc', 'user'],
    mountPoints: ['/', '/dev', '/dev/pts', '/proc', '/opt/node', '/srv/plugin', '/tmp/scratch'],
    hasFilter: true,
    noNewPrivileges: true,
    hasPrivileges: false,
  };
  const claimed = (found: ProcessInspection | undefined, wasTried = true, given = plan): string[] =>
    appliedBubblewrapLayers(given, found, wasTried).flatMap(({ claims }) =>
      claims.filter(({ strength }) => strength === 'enforced').map(({ guarantee }) => guarantee),
    );

  it('is all of it where the kernel confirms all of it', () => {
    expect(claimed(inspection)).toEqual([
      'fileRead',
      'hostSignals',
      'network',
      'subprocess',
      'processCount',
      'syscalls',
    ]);
  });

  it('is nothing where the kernel tells nothing', () => {
    expect(claimed(undefined)).toEqual([]);
  });

  it.each<readonly [string, Partial<ProcessInspection>, string]>([
    ['files, without a tree of its own', { ownNamespaces: ['pid', 'net'] }, 'fileRead'],
    ['files, with a mount that was not planned', { mountPoints: ['/', '/home'] }, 'fileRead'],
    ['files, with a privilege left', { hasPrivileges: true }, 'fileRead'],
    ['files, where mounts cannot be read', { mountPoints: [] }, 'fileRead'],
    ['signals, among the host’s processes', { ownNamespaces: ['mnt', 'net'] }, 'hostSignals'],
    ['calls, without a filter', { hasFilter: false }, 'syscalls'],
    ['calls, with a filter that privileges lift', { noNewPrivileges: false }, 'syscalls'],
  ])('is not %s', (_, found, guarantee) => {
    expect(claimed({ ...inspection, ...found })).not.toContain(guarantee);
  });

  it('is no filter that the guest has not tried', () => {
    expect(claimed(inspection, false)).not.toContain('syscalls');
  });

  it('is no file that cannot be written, while the guest’s own folder can be for its lockdown', () => {
    expect(claimed(inspection)).not.toContain('fileWrite');
    expect(claimed(inspection, true, { ...plan, paths: { ...plan.paths, write: [] } })).toContain(
      'fileWrite',
    );
  });

  it('takes a mount of the machine’s inside of a granted folder for granted, and none beside it', () => {
    expect(seesOnly(plan, ['/', '/srv/plugin/data'])).toBe(true);
    expect(seesOnly(plan, ['/', '/srv/plugins'])).toBe(false);
  });
});

it('reads mount points with blanks in them', () => {
  expect(parseMountPoints('36 1 0:5 / /a\\040b rw - tmpfs tmpfs rw\n37 1 0:5 / / rw - tmpfs x rw\n')).toEqual(
    ['/a b', '/'],
  );
});

it('reads the libraries of a binary', () => {
  const printed =
    '\tlinux-vdso.so.1 (0x7ff)\n\tlibdl.so.2 => /lib/libdl.so.2 (0x7f1)\n\tlibx.so => not found\n\t/lib64/ld-linux-x86-64.so.2 (0x7f2)\n';
  expect(parseLibraries(printed)).toEqual(['/lib/libdl.so.2', '/lib64/ld-linux-x86-64.so.2']);
});
