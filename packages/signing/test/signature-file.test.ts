import { InvalidSignatureError } from '@truthound/protocols';
import { describe, expect, it } from 'vitest';
import { parseSignatureFile } from '../src/signature-file.ts';
import { MAX_SIGNATURE_FILE_BYTES } from '../src/signature-limits.ts';

const spaced = (length: number): Uint8Array =>
  Buffer.from('{"formatVersion":1,"envelopes":[]}'.padEnd(length));

describe('the bytes of a signature file', () => {
  it('are read up to the limit, and not a byte beyond', () => {
    expect(parseSignatureFile(spaced(MAX_SIGNATURE_FILE_BYTES))).toEqual([]);
    const read = (): unknown => parseSignatureFile(spaced(MAX_SIGNATURE_FILE_BYTES + 1));
    expect(read).toThrow(InvalidSignatureError);
    expect(read).toThrow(/it is larger than/);
  });
});
