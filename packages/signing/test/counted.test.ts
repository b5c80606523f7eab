import { describe, expect, it } from 'vitest';
import { counted } from '../src/counted.ts';

describe('counted', () => {
  it.each([
    [0, '0 signatures'],
    [1, '1 signature'],
    [2, '2 signatures'],
  ])('says %d as "%s"', (count, text) => {
    expect(counted(count, 'signature')).toBe(text);
  });

  it('takes another form for many, and with it the verb', () => {
    expect(counted(1, 'file is', 'files are')).toBe('1 file is');
    expect(counted(3, 'file is', 'files are')).toBe('3 files are');
  });
});
