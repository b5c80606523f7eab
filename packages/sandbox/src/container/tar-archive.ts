/**
 * Writes tar archives (POSIX.1-2001 ustar, 512-byte records): what both engines import as an image. The
 * same entries give the same bytes, on any day and by any user.
 *
 * @module
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

/** One member of an archive. Owner is root, the time is 1970. */
export type TarEntry =
  | { readonly type: 'folder'; readonly path: string; readonly mode: number }
  | { readonly type: 'text'; readonly path: string; readonly text: string }
  | {
      readonly type: 'file';
      readonly path: string;
      /** The file on this machine whose bytes it holds. */
      readonly source: string;
      readonly mode: number;
    };

const RECORD_BYTES = 512;
const MAX_NAME_BYTES = 100;
/** Archives end with two empty records. */
const END: Buffer = Buffer.alloc(2 * RECORD_BYTES);

/** Positions of the fields of a header, and how long they are. */
const FIELDS = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  type: [156, 1],
  magic: [257, 8],
} as const;

function octal(value: number, digits: number): string {
  return `${value.toString(8).padStart(digits - 1, '0')}\0`;
}

/** The header of one entry. @throws RangeError for a path that the format cannot hold */
export function tarHeader(path: string, size: number, mode: number, isFolder: boolean): Buffer {
  const name = `${path.replace(/^\/+/, '')}${isFolder ? '/' : ''}`;
  if (Buffer.byteLength(name) > MAX_NAME_BYTES)
    throw new RangeError(
      `the path "${path}" is longer than the ${String(MAX_NAME_BYTES)} bytes that a tar archive holds`,
    );
  const header = Buffer.alloc(RECORD_BYTES);
  const put = (field: keyof typeof FIELDS, text: string): void => void header.write(text, FIELDS[field][0]);
  put('name', name);
  put('mode', octal(mode, FIELDS.mode[1]));
  put('uid', octal(0, FIELDS.uid[1]));
  put('gid', octal(0, FIELDS.gid[1]));
  put('size', octal(size, FIELDS.size[1]));
  put('mtime', octal(0, FIELDS.mtime[1]));
  // The sum is taken with blanks in its own place.
  put('checksum', ' '.repeat(FIELDS.checksum[1]));
  put('type', isFolder ? '5' : '0');
  put('magic', 'ustar\x0000');
  const sum = header.reduce((total, byte) => total + byte, 0);
  put('checksum', `${sum.toString(8).padStart(6, '0')}\0 `);
  return header;
}

function padding(size: number): Buffer {
  return Buffer.alloc((RECORD_BYTES - (size % RECORD_BYTES)) % RECORD_BYTES);
}

/** The bytes of an archive, read from disk as they are asked for. */
export async function* writeTar(entries: readonly TarEntry[]): AsyncGenerator<Buffer, void, void> {
  for (const entry of entries) {
    switch (entry.type) {
      case 'folder':
        yield tarHeader(entry.path, 0, entry.mode, true);
        break;
      case 'text': {
        const bytes = Buffer.from(entry.text);
        yield tarHeader(entry.path, bytes.length, 0o444, false);
        yield bytes;
        yield padding(bytes.length);
        break;
      }
      case 'file': {
        const { size } = await stat(entry.source);
        yield tarHeader(entry.path, size, entry.mode, false);
        let sent = 0;
        for await (const chunk of createReadStream(entry.source, { highWaterMark: 1 << 20 })) {
          sent += (chunk as Buffer).length;
          yield chunk as Buffer;
        }
        if (sent !== size) throw new Error(`"${entry.source}" changed while it was read`);
        yield padding(size);
      }
    }
  }
  yield END;
}
