import process from 'node:process';
import { describe, expect, it, vi } from 'vitest';
import { OWNER_LABEL, isOwnerGone, ownerLabel } from '../../src/container/container-owner.ts';
import type { ContainerRuntime } from '../../src/container/container-runtime.ts';
import { sweepOrphans } from '../../src/container/sweep-orphans.ts';

const label = ownerLabel();
const [boot = '', namespace = '', , startTime = ''] = label.split('/');
const GONE = [boot, namespace, String(process.pid), '1'].join('/');

describe.runIf(process.platform === 'linux')('the owner of a container', () => {
  it('is this process, by its start', () => {
    expect(isOwnerGone(label)).toBe(false);
    expect(isOwnerGone(GONE)).toBe(true);
    // There is no process 0.
    expect(isOwnerGone([boot, namespace, '0', startTime].join('/'))).toBe(true);
  });

  it.each([
    ['of another machine or start of it', ['other', namespace, '0', '1']],
    ['in a container of its own', [boot, 'pid:[1]', '0', '1']],
    ['that did not say its start', [boot, namespace, '0', '']],
    ['that says nothing', []],
  ])('%s counts as alive', (_who, parts) => {
    expect(isOwnerGone(parts.join('/'))).toBe(false);
  });

  it('takes its containers along when it is swept, and no other', async () => {
    const remove = vi.fn(() => Promise.resolve());
    const listed = [label, GONE, undefined].map((owner, index) => ({
      id: String(index),
      labels: owner === undefined ? {} : { [OWNER_LABEL]: owner },
      isRunning: true,
    }));
    const runtime = { listByLabel: () => Promise.resolve(listed), remove } as unknown as ContainerRuntime;
    expect(await sweepOrphans(runtime)).toBe(1);
    expect(remove.mock.calls).toEqual([['1']]);
  });
});
