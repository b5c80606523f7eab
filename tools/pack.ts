/**
 * Packs all built packages into a folder, with their bills of materials, hashes and the order to publish them in.
 *
 *   node tools/pack.ts <folder>
 *
 * @module
 */
import { join, resolve } from 'node:path';
import process from 'node:process';
import { packPackages } from './pack/pack-packages.ts';
import { writePublishFolder } from './pack/publish-folder.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Usage: node tools/pack.ts <folder>');

const root = join(import.meta.dirname, '..');
const packed = packPackages(root, resolve(folder));
writePublishFolder(resolve(folder), packed, root);
for (const { name, version, packedBytes } of packed) {
  console.log(`${name} ${version}: ${String(Math.ceil(packedBytes / 1000))} kB`);
}
