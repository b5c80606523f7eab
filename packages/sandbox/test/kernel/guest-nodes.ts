import { execFileSync } from 'node:child_process';
import process from 'node:process';

/** A Node that guests are tried on. */
export interface GuestNode {
  readonly path: string;
  readonly version: string;
  readonly hasFfi: boolean;
}

/** The Nodes named in TRUTHOUND_TEST_NODES (paths, comma between), or the one that runs the tests. */
export function listGuestNodes(): readonly GuestNode[] {
  const named = process.env['TRUTHOUND_TEST_NODES']?.split(',').filter((path) => path !== '') ?? [];
  return (named.length > 0 ? named : [process.execPath]).map((path) => {
    const probe =
      'process.stdout.write(process.version + " " + (process.getBuiltinModule("node:ffi") !== undefined))';
    const [version = '', ffi] = execFileSync(path, ['--no-warnings', '-e', probe], {
      encoding: 'utf8',
    }).split(' ');
    return { path, version, hasFfi: ffi === 'true' };
  });
}

/** Root is tried as root and as nobody; anyone else as themselves. */
export function listGuestUsers(): readonly { readonly name: string; readonly uid?: number }[] {
  return process.getuid?.() === 0
    ? [{ name: 'root' }, { name: 'nobody', uid: 65534 }]
    : [{ name: 'an ordinary user' }];
}
