/**
 * What a graph of 100,000 plugins and 300,000 edges holds, beyond its input. A process for each library:
 * `node --expose-gc dependencies/memory.ts <number of the library> <number of plugins>`; prints megabytes.
 */
import { collectGarbage } from './collect-garbage.ts';
import { randomPlugins } from './input.ts';
import { LIBRARIES } from './libraries.ts';

function usedBytes(): number {
  collectGarbage();
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const library = LIBRARIES[Number(process.argv[2])];
if (library === undefined) throw new Error('say which library, by number');
const nodes = randomPlugins(Number(process.argv[3]));
// V8 keeps the list of an object's keys with the object once someone asked for it: that is the input's, not the graph's.
for (const { dependencies } of nodes) Object.keys(dependencies);
// Compiled code and the like should not count.
library.build(nodes.slice(0, 100));
const before = usedBytes();
const graph = library.build(nodes);
const after = usedBytes();
console.log((after - before) / 1e6);
// Keeps both alive until here.
if (graph === undefined || nodes.length === 0) throw new Error('nothing was built');
