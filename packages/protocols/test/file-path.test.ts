import { describe, expect, test } from 'vitest';
import { absolutePath } from '../src/file-path.ts';
import { ValidationError, filePathToString } from '../src/index.ts';
import { collectFaults } from '../src/validation.ts';

describe('filePathToString', () => {
  test.each([
    { path: '/data/in put', text: '/data/in put' },
    { path: 'relative', text: 'relative' },
    { path: new URL('file:///data/in%20put'), text: '/data/in put' },
    { path: new URL('file:///C:/data'), text: 'C:/data' },
  ])('reads $path as $text', ({ path, text }) => {
    expect(filePathToString(path)).toBe(text);
  });

  test.each([
    { url: 'https://example.com/data', problem: 'must be a path or a file: URL, not https:' },
    { url: 'file://server/share', problem: 'must be on this machine, not on "server"' },
    { url: 'file:///a%2Fb', problem: 'must not hide a separator' },
    { url: 'file:///a%5cb', problem: 'must not hide a separator' },
    { url: 'file:///a%00b', problem: 'must not hide a separator or a NUL' },
    { url: 'file:///a%E0%A4', problem: 'must be valid percent-encoding' },
  ])('refuses $url', ({ url, problem }) => {
    expect(() => filePathToString(new URL(url))).toThrow(ValidationError);
    expect(() => filePathToString(new URL(url))).toThrow(problem);
  });
});

describe('absolutePath', () => {
  test.each(['/data', 'C:\\data', 'c:/data', '\\\\server\\share', new URL('file:///data')])(
    'accepts %s',
    (path) => {
      expect(collectFaults(absolutePath, path, 'path')).toEqual([]);
    },
  );

  test.each([
    { path: 'data', problem: 'must be an absolute path, not "data": resolve it first' },
    { path: './data', problem: 'must be an absolute path, not "./data": resolve it first' },
    { path: '', problem: 'must be an absolute path, not "": resolve it first' },
    { path: '/a\0b', problem: 'must not contain a NUL character' },
    { path: 7, problem: 'must be a path, not 7' },
    { path: new URL('https://example.com'), problem: 'must be a path or a file: URL, not https:' },
  ])('refuses $path', ({ path, problem }) => {
    expect(collectFaults(absolutePath, path, 'path')).toEqual([{ path: 'path', problem }]);
  });
});
