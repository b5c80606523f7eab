import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readGuestNode, toProgramPath } from '../../src/process/guest-node.ts';

describe('toProgramPath', () => {
  it('resolves a relative path now, because guests start in folders of their own', () => {
    expect(toProgramPath('./bin/node')).toBe(path.resolve('bin/node'));
    expect(toProgramPath(process.execPath)).toBe(process.execPath);
  });

  it('leaves a bare name to be looked up', () => {
    expect(toProgramPath('node')).toBe('node');
  });
});

describe('readGuestNode', () => {
  it('knows the version of a Node', async () => {
    const [major, minor] = process.versions.node.split('.').map(Number);
    expect(await readGuestNode(process.execPath)).toMatchObject({ major, minor });
  });

  it('names a program that is no Node, and the option', async () => {
    const program = ['/bin/false', '/usr/bin/false', 'C:\\Windows\\System32\\where.exe'].find((file) =>
      existsSync(file),
    )!;
    await expect(readGuestNode(program)).rejects.toThrow(
      /(?:false|where\.exe)" cannot run guests.*guestNode/,
    );
  });
});
