import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeTree } from '../remove-tree.ts';

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
    await removeTree(this.path);
  }
}
