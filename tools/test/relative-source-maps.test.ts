import { describe, expect, it } from 'vitest';
import { makeRelative } from '../relative-source-maps.ts';

describe('a source map', () => {
  it('loses the folder of the build, and keeps the rest', () => {
    const map = {
      version: 3,
      file: '/home/me/packages/sandbox/dist/index.cjs',
      sources: [
        '/home/me/packages/sandbox/dist/index.cjs',
        '/home/me/packages/sandbox/src/a.ts',
        '../src/b.ts',
      ],
      mappings: 'AAAA',
    };

    expect(makeRelative(map, '/home/me/packages/sandbox/dist')).toEqual({
      version: 3,
      file: 'index.cjs',
      sources: ['index.cjs', '../src/a.ts', '../src/b.ts'],
      mappings: 'AAAA',
    });
  });

  it('without a file name gets none', () => {
    expect(makeRelative({ sources: [] }, '/dist')).toEqual({ sources: [] });
  });
});
