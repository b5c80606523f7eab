import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What samples of errors happen in: a folder that is removed with all it holds. */
export class SampleFolder implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async create(): Promise<SampleFolder> {
    return new SampleFolder(await mkdtemp(join(tmpdir(), 'truthound-errors-')));
  }

  /** Writes a plugin that is not signed; answers its folder. */
  async plugin(id: string, code = '', fields: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const folder = join(this.path, 'plugins', id);
    await mkdir(folder, { recursive: true });
    const manifest = { name: id, version: '1.0.0', type: 'module', exports: './index.js', ...fields };
    await writeFile(join(folder, 'package.json'), JSON.stringify({ truthound: {}, ...manifest }));
    await writeFile(join(folder, 'index.js'), code);
    return folder;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await makeWritable(this.path);
    await rm(this.path, { recursive: true });
  }
}

/** Snapshots are read-only, folders too. */
async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await makeWritable(join(folder, entry.name));
  }
}
