import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { appendFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { toLocalPath } from '../src/local-path.ts';
import { scanPlugin } from '../src/scan-plugin.ts';
import { pluginFolder, scratchFolder } from './plugin-folder.ts';

/** It has no pipes among its files, and lets not everybody make links. */
const isWindows = process.platform === 'win32';

const sha256 = (content: Uint8Array | string): string => createHash('sha256').update(content).digest('hex');

describe('a scan', () => {
  it('hashes files of any size, and passes on every byte once', async () => {
    const sizes = [0, 1, 1024 * 1024 - 1, 1024 * 1024, 1024 * 1024 + 1, 12 * 1024 * 1024];
    const contents = sizes.map((size, index) => Buffer.alloc(size, index + 1));
    const root = pluginFolder(
      Object.fromEntries(contents.map((content, index) => [`f${String(index)}`, content])),
    );
    const copies: Buffer[][] = [];
    const scan = await scanPlugin(root, {
      sink: {
        begin: () => void copies.push([]),
        write: (chunk) => void copies.at(-1)?.push(Buffer.from(chunk)),
        end: () => undefined,
      },
    });
    expect(scan.files.map(({ size }) => size)).toEqual(sizes);
    expect(scan.files.map((file) => file.sha256)).toEqual(contents.map(sha256));
    expect(copies.map((chunks) => sha256(Buffer.concat(chunks)))).toEqual(contents.map(sha256));
  });

  it('gives the event loop its turn, and stops when it is cancelled', async () => {
    const root = pluginFolder({ large: Buffer.alloc(64 * 1024 * 1024) });
    const controller = new AbortController();
    const reason = new Error('enough');
    setImmediate(() => {
      controller.abort(reason);
    });
    await expect(scanPlugin(root, { signal: controller.signal })).rejects.toBe(reason);
  });

  it.each([10, 2 * 1024 * 1024])('refuses a file of %i bytes that grows while it is read', async (size) => {
    const root = pluginFolder({ file: Buffer.alloc(size) });
    const grow = (): void => {
      appendFileSync(join(root, 'file'), Buffer.alloc(4 * 1024 * 1024));
    };
    const sink = { begin: grow, write: () => undefined, end: () => undefined };
    await expect(scanPlugin(root, { sink })).rejects.toThrow(/"file" changed while it was read/);
  });

  it('refuses sockets, links as plugins, and names that are none', async () => {
    const root = pluginFolder();
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(join(root, 'socket'), resolve);
    });
    onTestFinished(() => void server.close());
    await expect(scanPlugin(root)).rejects.toThrow(/"socket" is a socket/);
    const link = join(scratchFolder(), 'link');
    symlinkSync(root, link);
    await expect(scanPlugin(link)).rejects.toThrow(/give the plugin's real path, not a link/);
    const odd = join(scratchFolder(), 'a:b');
    writeFileSync(odd, '');
    await expect(scanPlugin(odd)).rejects.toThrow(/contains ":"/);
  });

  it.skipIf(isWindows)('refuses pipes, and says which file cannot be read', async () => {
    const root = pluginFolder({ plain: '' });
    execFileSync('mkfifo', [join(root, 'pipe')]);
    await expect(scanPlugin(root)).rejects.toThrow(/"pipe" is a pipe/);
    const other = pluginFolder({ a: '', b: '' });
    const vanish = {
      begin: () => {
        rmSync(join(other, 'b'));
      },
      write: () => undefined,
      end: () => undefined,
    };
    await expect(scanPlugin(other, { sink: vanish })).rejects.toThrow(/"b" cannot be read \(ENOENT\)/);
  });

  it.skipIf(isWindows).each([
    [
      'link',
      (file: string) => {
        symlinkSync('/etc/passwd', file);
      },
      /"b" is a link/,
    ],
    [
      'pipe',
      (file: string) => {
        execFileSync('mkfifo', [file]);
      },
      /"b" is not a regular file/,
    ],
  ])('refuses a file that becomes a %s after it was listed', async (_name, replace, reason) => {
    const root = pluginFolder({ a: '', b: '' });
    const begin = (): void => {
      rmSync(join(root, 'b'));
      replace(join(root, 'b'));
    };
    const sink = { begin, write: () => undefined, end: () => undefined };
    await expect(scanPlugin(root, { sink })).rejects.toThrow(reason);
  });

  it('orders names beyond the basic plane by their UTF-8 bytes', async () => {
    const { files } = await scanPlugin(pluginFolder({ '\u{1d11e}': '', '\uffee': '', a: '' }));
    expect(files.map(({ path }) => path)).toEqual(['a', '\uffee', '\u{1d11e}']);
  });

  it('keeps package.json of the root alone', async () => {
    const scan = await scanPlugin(pluginFolder({ 'a/package.json': '{"name":"a"}', 'package.json': '{}' }));
    expect(Buffer.from(scan.packageJson ?? []).toString()).toBe('{}');
  });
});

describe('a path', () => {
  it('is text or a file: URL', () => {
    expect(toLocalPath(pathToFileURL('/a b/c'))).toBe('/a b/c');
    expect(() => toLocalPath('')).toThrow(TypeError);
    expect(() => toLocalPath('a\0b')).toThrow(TypeError);
    expect(() => toLocalPath(new URL('https://example.org'))).toThrow(TypeError);
  });
});
