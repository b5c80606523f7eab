import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What an image must hold for a Node to run. */
export interface NodeFiles {
  readonly version: string;
  readonly binary: string;
  /** Shared objects by the paths under which they are looked for. */
  readonly libraries: readonly string[];
}

const ASK =
  'process.report.excludeNetwork = true; const { sharedObjects } = process.report.getReport();' +
  'console.log(JSON.stringify({ version: process.versions.node, binary: process.execPath, sharedObjects }))';

/** Asks a Node which files it consists of: it knows what it has loaded. @throws when it cannot be run */
export async function readNodeFiles(node: string): Promise<NodeFiles> {
  const { stdout } = await run(node, ['-e', ASK], { timeout: 30_000, env: {} });
  const { version, binary, sharedObjects } = JSON.parse(stdout) as {
    readonly version: string;
    readonly binary: string;
    readonly sharedObjects: readonly string[];
  };
  const real = await realpath(binary);
  return {
    version,
    binary: real,
    // The first may be the program itself; what has no path (linux-vdso) is the kernel's.
    libraries: [...new Set(sharedObjects)]
      .filter((path) => path.startsWith('/') && path !== binary && path !== real)
      .sort(),
  };
}
