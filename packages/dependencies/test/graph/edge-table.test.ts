import { describe, expect, it } from 'vitest';
import { GraphStorage } from '../../src/graph/graph-storage.ts';
import { REQUIRED } from '../../src/graph/edge-kind.ts';

describe('the storage', () => {
  it('uses the room of removed plugins again', () => {
    const storage = new GraphStorage();
    const add = (id: string, ...targets: readonly string[]): void => {
      storage.put(
        id,
        '1.0.0',
        undefined,
        targets.map((target) => ({ id: target, kind: REQUIRED, requirement: undefined })),
      );
    };
    for (let round = 0; round < 1_000; round += 1) {
      add('a', 'b', 'c');
      add(`round-${String(round)}`, 'a');
      storage.remove(`round-${String(round)}`);
      storage.remove('a');
    }
    expect(storage.presentCount).toBe(0);
    expect(storage.edges.count).toBe(0);
    expect(storage.slotCount).toBeLessThan(10);
    expect(storage.slotOf('b')).toBeUndefined();
  });

  it('keeps an id that is mentioned until the last mention goes', () => {
    const storage = new GraphStorage();
    const mention = [{ id: 'x', kind: REQUIRED, requirement: undefined }];
    storage.put('a', '1.0.0', undefined, mention);
    storage.put('b', '1.0.0', undefined, mention);
    storage.remove('a');
    expect(storage.slotOf('x')).toBeDefined();
    storage.put('b', '1.0.0', undefined, []);
    expect(storage.slotOf('x')).toBeUndefined();
  });
});
