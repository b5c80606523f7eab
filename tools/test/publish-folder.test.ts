import { describe, expect, it } from 'vitest';
import { sectionOf } from '../pack/publish-folder.ts';

const CHANGELOG = `# @truthound/sandbox

## 0.10.0

### Minor Changes

- b: Second.

## 0.1.0

No changes in this release.
`;

describe('the notes of a version', () => {
  it('are what stands below its heading', () => {
    expect(sectionOf(CHANGELOG, '0.10.0')).toBe('### Minor Changes\n\n- b: Second.');
  });

  it.each([
    ['a version that is not there', '0.1'],
    ['a version without changes', '0.1.0'],
  ])('are missing for %s', (_what, version) => {
    expect(sectionOf(CHANGELOG, version)).toBeUndefined();
  });
});
