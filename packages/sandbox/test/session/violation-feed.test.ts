import type { SandboxViolationEvent } from '@truthound/protocols';
import { describe, expect, it } from 'vitest';
import { ViolationFeed } from '../../src/session/violation-feed.ts';

describe('the feed of violations', () => {
  it('hands on a hundred a second, and counts the rest', () => {
    const heard: SandboxViolationEvent[] = [];
    let nowMs = 5000;
    const feed = new ViolationFeed(
      (event) => heard.push(event),
      () => nowMs,
    );
    for (let index = 0; index < 250; index += 1) feed.add('module', `act ${String(index)}`);
    expect(heard.map(({ action }) => action)).toEqual(
      Array.from({ length: 100 }, (_, index) => `act ${String(index)}`),
    );
    nowMs += 1000;
    feed.add('network', 'a later act');
    expect(heard.slice(100)).toMatchObject([
      { type: 'module', action: expect.stringContaining('150 more') as string },
      { type: 'network', action: 'a later act' },
    ]);
    feed.flush();
    expect(heard).toHaveLength(102);
  });

  it('tells of the rest at the end as well, once', () => {
    const heard: SandboxViolationEvent[] = [];
    const feed = new ViolationFeed(
      (event) => heard.push(event),
      () => 0,
    );
    for (let index = 0; index < 101; index += 1) feed.add('signal', 'kill');
    feed.flush();
    feed.flush();
    expect(heard).toHaveLength(101);
    expect(heard.at(-1)).toMatchObject({
      type: 'signal',
      action: expect.stringContaining('1 more') as string,
    });
  });
});
