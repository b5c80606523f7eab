import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { canonicalJson } from '../src/canonical-json.ts';
import {
  type PluginStatement,
  canonicalFileText,
  parseStatement,
  statementBytes,
} from '../src/plugin-statement.ts';
import { NOW } from './plugin-folder.ts';

const HASH = 'a'.repeat(64);
const file = (path: string): PluginStatement['files'][number] => ({
  path,
  size: 1,
  executable: false,
  sha256: HASH,
});
const statement: PluginStatement = {
  plugin: { id: 'csv', version: '1.0.0', hostRange: null, permissions: { network: true } },
  sequence: 3,
  createdAt: NOW,
  expiresAt: undefined,
  signer: { id: 'acme', algorithm: 'ED25519', keyId: HASH, certificates: [] },
  pluginHash: HASH,
  files: [file('a'), file('b')],
  metadata: { channel: 'stable' },
};

function changed(change: (json: Record<string, unknown>) => void): Uint8Array {
  const json = JSON.parse(Buffer.from(statementBytes(statement)).toString()) as Record<string, unknown>;
  change(json);
  return Buffer.from(JSON.stringify(json));
}

describe('a statement', () => {
  it('is read back as it was written', () => {
    expect(parseStatement(statementBytes(statement))).toEqual(statement);
    const ending = { ...statement, expiresAt: new Date(NOW.getTime() + 1) };
    expect(parseStatement(statementBytes(ending))).toEqual(ending);
  });

  it('is read anew when its bytes have changed', () => {
    const bytes = statementBytes({ ...statement, sequence: 3 });
    expect(parseStatement(bytes).sequence).toBe(3);
    const at = Buffer.from(bytes).indexOf('"sequence":3') + '"sequence":'.length;
    bytes[at] = '4'.charCodeAt(0);
    expect(parseStatement(bytes).sequence).toBe(4);
    bytes[at] = 'x'.charCodeAt(0);
    expect(() => parseStatement(bytes)).toThrow(SyntaxError);
  });

  it('cannot be changed by whoever got it first', () => {
    const bytes = statementBytes({ ...statement, expiresAt: NOW, metadata: { nested: { list: [1] } } });
    const first = parseStatement(bytes);
    first.createdAt.setTime(0);
    first.expiresAt?.setTime(0);
    expect(Object.isFrozen(first.metadata['nested'])).toBe(true);
    expect(parseStatement(bytes)).toMatchObject({ createdAt: NOW, expiresAt: NOW });
  });

  it('keeps which files are executable', () => {
    const files = [{ ...file('run.sh'), executable: true }];
    expect(parseStatement(statementBytes({ ...statement, files })).files).toEqual(files);
  });

  it.each([
    ['files', /files are not a list/, (json: Record<string, unknown>) => (json['files'] = {})],
    [
      'certificates',
      /certificates is not a list/,
      (json: Record<string, unknown>) =>
        (json['signer'] = { ...(json['signer'] as object), certificates: {} }),
    ],
  ])('has its %s in a list', (_name, reason, change) => {
    expect(() => parseStatement(changed(change))).toThrow(reason);
  });

  it('lists files in canonical JSON', () => {
    const files = fc.array(
      fc.record({
        path: fc.string({ unit: 'grapheme' }),
        size: fc.nat(),
        executable: fc.boolean(),
        sha256: fc.constant(HASH),
      }),
    );
    fc.assert(
      fc.property(files, (list) => {
        const json = list.map(({ path, size, executable, sha256 }) => ({
          path,
          size,
          mode: executable ? 'x' : '-',
          sha256,
        }));
        expect(canonicalFileText(list)).toBe(canonicalJson({ files: json, formatVersion: 1 }));
      }),
    );
  });

  test.each<[string, Uint8Array, RegExp]>([
    ['nothing', Buffer.from(''), /JSON/],
    ['not UTF-8', Uint8Array.of(0xff), /./],
    ['a list', Buffer.from('[]'), /not an object/],
    [
      'another format',
      changed((json) => {
        json['formatVersion'] = 2;
      }),
      /formatVersion is not 1/,
    ],
    [
      'an unknown key',
      changed((json) => {
        json['note'] = 1;
      }),
      /unknown key "note"/,
    ],
    [
      'a missing key',
      changed((json) => {
        delete json['sequence'];
      }),
      /lacks "sequence"/,
    ],
    [
      'a sequence that is none',
      changed((json) => {
        json['sequence'] = -1;
      }),
      /sequence/,
    ],
    [
      'a time without zone',
      changed((json) => {
        json['createdAt'] = '2026-01-01T00:00:00.000';
      }),
      /createdAt is not a time/,
    ],
    [
      'a day that is none',
      changed((json) => {
        json['createdAt'] = '2026-02-30T00:00:00.000Z';
      }),
      /createdAt is not a time/,
    ],
    [
      'an algorithm that is none',
      changed((json) => {
        json['signer'] = { ...statement.signer, algorithm: 'MD5' };
      }),
      /algorithm is unknown/,
    ],
    [
      'a key id that is none',
      changed((json) => {
        json['signer'] = { ...statement.signer, keyId: 'A'.repeat(64) };
      }),
      /keyId is not 64 hex/,
    ],
    [
      'an empty signer',
      changed((json) => {
        json['signer'] = { ...statement.signer, id: '' };
      }),
      /signer\.id/,
    ],
    [
      'metadata that is a list',
      changed((json) => {
        json['metadata'] = [];
      }),
      /metadata/,
    ],
    [
      'files out of order',
      changed((json) => {
        (json['files'] as unknown[]).reverse();
      }),
      /not in order/,
    ],
    [
      'a file twice',
      changed((json) => {
        const files = json['files'] as unknown[];
        files.push(files[1]);
      }),
      /not in order/,
    ],
    [
      'a file outside',
      changed((json) => {
        (json['files'] as { path: string }[])[0]!.path = '../a';
      }),
      /is empty, "\." or "\.\."/,
    ],
    [
      'a mode that is none',
      changed((json) => {
        (json['files'] as { mode: string }[])[0]!.mode = 'rwx';
      }),
      /neither "x" nor "-"/,
    ],
    [
      'a size that is none',
      changed((json) => {
        (json['files'] as { size: number }[])[0]!.size = 1.5;
      }),
      /not a whole number/,
    ],
    [
      'too many files',
      changed((json) => {
        json['files'] = Array.from({ length: 100_001 }, () => 0);
      }),
      /more than 100000/,
    ],
    [
      'names that differ in case',
      changed((json) => {
        (json['files'] as { path: string }[])[0]!.path = 'B';
      }),
      /only in case/,
    ],
  ])('is not %s', (_, bytes, message) => {
    expect(() => parseStatement(bytes)).toThrow(message);
  });
});
