/** A host of its own: starts, loads the plugin, prints its first answer, ends. `node whole-host.ts <folder>` */
import { load, openHost } from './plugin-on-disk.ts';

const [, , root] = process.argv;
if (root === undefined) throw new Error('say in which folder');
await using manager = await openHost(root, { watch: false });
const plugin = await load(manager);
console.log(String(await plugin.version()));
