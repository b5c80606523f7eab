/**
 * Checks the code of README files and documents: TypeScript against its types, and all of it by running it, with
 * what it prints against what the page says. Guides are followed from an empty folder. `docs/page-steps.ts`
 * says what each kind of block means.
 *
 *   node --conditions=@truthound/source tools/check-code-blocks.ts [pages]
 *
 * @module
 */
import { relative, resolve } from 'node:path';
import { checkTypesOf, findPages, followPageAt } from './docs/check-pages.ts';

const workspace = resolve(import.meta.dirname, '..');
const given = process.argv.slice(2).map((page) => relative(workspace, resolve(page)));
const pages = given.length > 0 ? given : findPages();
const faults = [...checkTypesOf(pages)];
for (const page of pages) faults.push(...(await followPageAt(page)));
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
else console.log(`Code blocks: those of ${String(pages.length)} pages do what the pages say`);
