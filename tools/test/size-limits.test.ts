import { describe, expect, it } from 'vitest';
import { listPackages } from '../pack/workspace-packages.ts';
import { SIZE_LIMITS, findOversize } from '../pack/size-limits.ts';
import { workspaceRoot } from './workspace.ts';

const LIMITS = SIZE_LIMITS['protocols']!;

describe('the size limits', () => {
  it('are there for every package and no other', () => {
    expect(Object.keys(SIZE_LIMITS).sort()).toEqual(
      listPackages(workspaceRoot)
        .map(({ id }) => id)
        .sort(),
    );
  });

  it('let pass what is as large as allowed', () => {
    expect(findOversize('protocols', LIMITS)).toEqual([]);
  });

  it('name each measure that is exceeded', () => {
    expect(findOversize('protocols', { ...LIMITS, packedKb: LIMITS.packedKb + 1, dependencies: 1 })).toEqual([
      `"protocols" has packedKb ${String(LIMITS.packedKb + 1)}, more than ${String(LIMITS.packedKb)}`,
      '"protocols" has dependencies 1, more than 0',
    ]);
  });

  it('refuse a package that they do not know', () => {
    expect(findOversize('newcomer', LIMITS)).toEqual([
      '"newcomer" has no limits in tools/pack/size-limits.ts',
    ]);
  });
});
