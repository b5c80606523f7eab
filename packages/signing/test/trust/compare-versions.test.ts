import { describe, expect, it } from 'vitest';
import { compareVersions } from '../../src/trust/compare-versions.ts';

describe('compareVersions', () => {
  it('orders versions as SemVer 2.0.0 §11 does', () => {
    const ordered = [
      'no version',
      '0.0.1',
      '0.9.0',
      '0.10.0',
      '1.0.0-1',
      '1.0.0-alpha',
      '1.0.0-alpha.1',
      '1.0.0-alpha.beta',
      '1.0.0-beta',
      '1.0.0-beta.2',
      '1.0.0-beta.11',
      '1.0.0-rc.1',
      '1.0.0',
      '2.0.0',
      '99999999999999999999.0.0',
    ];
    const shuffled = [...ordered].sort((a, b) => (a < b ? 1 : -1));
    expect(shuffled.sort(compareVersions)).toEqual(ordered);
    expect(shuffled.reverse().sort(compareVersions)).toEqual(ordered);
    expect(compareVersions('1.0.0+a', '1.0.0+b')).toBe(0);
  });
});
