import { expect, it } from 'vitest';
import { GroupMembers, listGroup } from '../../src/process/group-members.ts';
import { MemoryWatchdog, readMemoryMb } from '../../src/process/memory-watchdog.ts';

function watch(limitMb: number, use: ReadonlyMap<number, number>): { told: number[]; dog: MemoryWatchdog } {
  const told: number[] = [];
  const members = { list: () => [...use.keys()] } as unknown as GroupMembers;
  const dog = new MemoryWatchdog({
    members,
    limitMb,
    onExceeded: (usedMb) => told.push(usedMb),
    read: (pid) => use.get(pid) ?? 0,
  });
  return { told, dog };
}

it('adds up what all processes of a guest use, and tells once', () => {
  const { told, dog } = watch(
    100,
    new Map([
      [1, 60],
      [2, 41],
    ]),
  );
  dog.check(0);
  expect(told).toEqual([101]);
});

it('says nothing of what is within the limit', () => {
  const { told, dog } = watch(
    101,
    new Map([
      [1, 60],
      [2, 41],
    ]),
  );
  dog.check(0);
  dog[Symbol.dispose]();
  expect(told).toEqual([]);
});

it.runIf(process.platform === 'linux')('reads memory of a process, and nothing of one that is gone', () => {
  expect(readMemoryMb(process.pid)).toBeGreaterThan(10);
  expect(readMemoryMb(2 ** 30)).toBe(0);
});

it.runIf(process.platform === 'linux')('finds the processes of a group', () => {
  expect(listGroup(2 ** 30)).toEqual([]);
  expect(new GroupMembers(2 ** 30, process.pid, false).list(0)).toEqual([process.pid]);
});
