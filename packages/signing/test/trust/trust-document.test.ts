import { describe, expect, it } from 'vitest';
import { parseTrustDocument } from '../../src/trust/trust-document.ts';

describe('a trust store’s file', () => {
  it.each([
    ['{', /is not JSON/],
    ['[]', /is not a JSON object/],
    ['{}', /has no format version that this release knows/],
    ['{"formatVersion":0}', /has no format version that this release knows/],
    ['{"formatVersion":"1"}', /has no format version that this release knows/],
    ['{"formatVersion":1000}', /has format 1000, .*: update @truthound\/signing/],
  ])('%s is refused', (text, reason) => {
    expect(() => parseTrustDocument(text)).toThrow(reason);
  });
});
