/**
 * Compares `docs/errors.md` with the code: an entry for each error code and no other, and in each the message
 * that running code gives. Hashes and measured times may differ. Off Linux, where guests are not confined,
 * messages are not compared.
 *
 *   node --conditions=@truthound/source tools/check-errors.ts [page]
 *
 * @module
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SAMPLE_CODES, sampleMessage } from './errors/error-samples.ts';

const root = join(import.meta.dirname, '..');
const CODE = /(?:code: ErrorCode = |MODULE_DENIED(?:: string)? = )'(ERR_[A-Z_]+)'/g;
const ENTRY = /^### `(ERR_[A-Z_]+)`$/;
/** Parents of others, never thrown themselves. */
const WITHOUT_MESSAGE: readonly string[] = ['ERR_CERTIFICATE'];

const page = process.argv[2] ?? join(root, 'docs', 'errors.md');
const entries = readEntries(readFileSync(page, 'utf8'));
const codes = findCodes();
const faults = [...compareCodes(), ...(process.platform === 'linux' ? await compareMessages() : [])];
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
else console.log(`Errors: ${String(codes.size)} codes, each with an entry whose message is real`);

function findCodes(): ReadonlySet<string> {
  const files = globSync('packages/*/src/**/*.ts', { cwd: root });
  return new Set(
    files.flatMap((file) =>
      [...readFileSync(join(root, file), 'utf8').matchAll(CODE)].map(([, code = '']) => code),
    ),
  );
}

/** Code -> its message, the first block of text below its heading. */
function readEntries(text: string): ReadonlyMap<string, string | undefined> {
  return new Map(
    text.split(/^(?=### )/m).flatMap((section) => {
      const code = ENTRY.exec(section.split('\n')[0] ?? '')?.[1];
      return code === undefined ? [] : [[code, /^```text\n(.*?)\n```$/ms.exec(section)?.[1]] as const];
    }),
  );
}

function compareCodes(): readonly string[] {
  const needSample = [...codes].filter((code) => !WITHOUT_MESSAGE.includes(code));
  return [
    ...[...codes].filter((code) => !entries.has(code)).map((code) => `${code} has no entry in ${page}`),
    ...[...entries.keys()]
      .filter((code) => !codes.has(code))
      .map((code) => `${code} is in ${page}, but in no package`),
    ...needSample
      .filter((code) => !SAMPLE_CODES.includes(code))
      .map((code) => `${code} has no sample in tools/errors: write code that ends in such an error`),
  ];
}

async function compareMessages(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const code of SAMPLE_CODES) {
    const message = await sampleMessage(code);
    const written = entries.get(code) ?? '';
    if (comparable(message) !== comparable(written)) {
      found.push(`${code} says in the page:\n  ${written}\nand from running code:\n  ${message}`);
    }
  }
  return found;
}

/** Without what differs from run to run. The page may break lines and shorten hashes. */
function comparable(message: string): string {
  return message
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\b[0-9a-f]{64}\b|\b[0-9a-f]{8}…/g, '<hash>')
    .replaceAll(/\b\d{1,6}\.\d{3} s/g, '<time> s');
}
