import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  locateCgroupParents,
  nextGroupName,
  parseCgroupMounts,
  parseOwnGroup,
} from '../../src/confinement/cgroups.ts';

const HYBRID = `
24 1 0:22 / /proc rw - proc proc rw
30 29 0:27 / /sys/fs/cgroup/unified rw,nosuid shared:5 - cgroup2 cgroup2 rw,nsdelegate
31 29 0:28 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
32 29 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct`;

it('finds the trees of both versions among the mounts', () => {
  expect(parseCgroupMounts(HYBRID).map(({ type, root, point }) => [type, root, point])).toEqual([
    ['cgroup2', '/', '/sys/fs/cgroup/unified'],
    ['cgroup', '/docker/abc', '/sys/fs/cgroup/memory'],
    ['cgroup', '/', '/sys/fs/cgroup/cpu,cpuacct'],
  ]);
});

it.each([
  ['cpu', '/user/one'],
  ['', '/init.scope'],
  ['memory', '/with:colon'],
  ['pids', undefined],
])('finds its own group in the tree of "%s"', (controller, group) => {
  const own = '5:cpuacct,cpu:/user/one\n4:memory:/with:colon\n0::/init.scope\n';
  expect(parseOwnGroup(own, controller)).toBe(group);
});

it('names its groups after the host, each once', () => {
  const [one, other] = [nextGroupName(), nextGroupName()];
  expect(one.startsWith(`truthound-${String(process.pid)}-`)).toBe(true);
  expect(one).not.toBe(other);
});

describe('on a tree of version 2', () => {
  let top: string;
  const mount = (point: string): string => `30 1 0:27 / ${point} rw - cgroup2 cgroup2 rw`;

  beforeAll(() => {
    top = fs.mkdtempSync(join(os.tmpdir(), 'cgroup-'));
    fs.mkdirSync(join(top, 'a/b'), { recursive: true });
    fs.writeFileSync(join(top, 'cgroup.subtree_control'), 'cpu memory\n');
    fs.writeFileSync(join(top, 'a/cgroup.subtree_control'), '');
    fs.writeFileSync(join(top, 'a/b/cgroup.subtree_control'), '');
  });
  afterAll(() => {
    fs.rmSync(top, { recursive: true });
  });

  it('counts on no group whose controllers the kernel does not show', () => {
    // An ordinary folder can be made where a group would be, and has none of a group's files.
    expect(locateCgroupParents({ mountInfo: mount(top), own: '0::/a/b\n' })).toBeUndefined();
    expect(fs.readdirSync(top).sort()).toEqual(['a', 'cgroup.subtree_control']);
  });

  it('finds nothing where its own group is not in the part that is mounted', () => {
    const inside = mount(top).replace(' / ', ' /docker/abc ');
    expect(locateCgroupParents({ mountInfo: inside, own: '0::/user/one\n' })).toBeUndefined();
  });

  it('finds nothing where no tree is mounted', () => {
    expect(locateCgroupParents({ mountInfo: '', own: '0::/\n' })).toBeUndefined();
  });
});
