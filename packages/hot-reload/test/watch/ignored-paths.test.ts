import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type IgnoredPath, createIgnoreFilter, isInside } from '../../src/watch/ignored-paths.ts';

const ROOT = '/plugins/csv';

function isIgnored(relativePath: string, ignored: readonly IgnoredPath[] = []): boolean {
  return createIgnoreFilter(ROOT, ignored)({ path: `${ROOT}/${relativePath}`, relativePath });
}

describe('createIgnoreFilter', () => {
  it.each(['.git', '.main.js.swp', 'lib/.main.js.swx', 'main.js~', '.#main.js', '4913', 'lib/.subl1a2.tmp'])(
    'passes over %s, which is never part of a plugin',
    (file) => {
      expect(isIgnored(file)).toBe(true);
    },
  );

  it.each([
    'main.js',
    'package.json',
    'data.bin',
    'node_modules/dep/index.js',
    '.env',
    'truthound.sig.json',
    'a4913',
  ])('W-64: watches %s', (file) => {
    expect(isIgnored(file)).toBe(false);
  });

  it('takes paths relative to the plugin, absolute, and as URLs, with all below them', () => {
    for (const ignored of ['store', './store', `${ROOT}/store`, pathToFileURL(`${ROOT}/store`)]) {
      expect(isIgnored('store', [ignored])).toBe(true);
      expect(isIgnored('store/a/b.js', [ignored])).toBe(true);
      expect(isIgnored('store-front.js', [ignored])).toBe(false);
    }
  });

  it('takes paths outside of the plugin', () => {
    const filter = createIgnoreFilter(ROOT, ['/real/csv/store']);
    expect(filter({ path: '/real/csv/store/x', relativePath: 'store/x' })).toBe(true);
    expect(filter({ path: '/real/csv/main.js', relativePath: 'main.js' })).toBe(false);
  });

  it('takes judgements on relative paths', () => {
    const isLog = (file: string): boolean => file.endsWith('.log');
    expect(isIgnored('out/run.log', [isLog])).toBe(true);
    expect(isIgnored('out/run.js', [isLog])).toBe(false);
  });

  it('never passes over the plugin itself', () => {
    expect(isIgnored('', [() => true, '.'])).toBe(false);
  });
});

describe('isInside', () => {
  it.each([
    ['/a/b', '/a', true],
    ['/a', '/a', true],
    ['/a/..b', '/a', true],
    ['/ab', '/a', false],
    ['/', '/a', false],
  ])('%s inside %s: %s', (path, folder, expected) => {
    expect(isInside(path, folder)).toBe(expected);
  });
});
