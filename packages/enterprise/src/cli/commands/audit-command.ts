import { parseJson } from '@truthound/protocols';
import { Option } from 'commander';
import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { AuditEntry } from '../../observability/audit-entry.ts';
import { type AuditVerdict, verifyAuditLog } from '../../observability/verify-audit-log.ts';
import { CliError } from '../cli-error.ts';
import { type CommandBuilder, defineCommand } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { parseCount } from '../parse-number.ts';
import { renderTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';

interface AuditOptions {
  readonly head?: string;
  readonly plugin?: string;
  readonly event?: string;
  readonly last: number;
}

/** Proves that an audit log is whole, and shows what it proves. */
export const auditCommand: CommandBuilder = defineCommand<[string], AuditOptions>({
  syntax: 'audit <file>',
  summary: 'verify an audit log and show its last entries',
  description:
    'Exits with 1 where the chain of hashes is broken; entries from there on are not shown. Entries cut off at the ' +
    'end are noticed with --head, the hash of an entry that must be there.',
  examples: [
    ['truthound audit audit.jsonl', 'verify, and show the last 20 entries'],
    ['truthound audit audit.jsonl --plugin csv-reader --event violated --json', 'what one plugin was denied'],
  ],
  options: [
    new Option('--head <hash>', 'hash of an entry that must be in the log'),
    new Option('--plugin <id>', 'show entries of one plugin'),
    new Option('--event <name>', 'show entries of one event, such as loaded or violated'),
    new Option('--last <count>', 'how many to show').argParser(parseCount).default(20),
  ],
  async run([name], options, { terminal }) {
    const file = resolve(name);
    const verdict = await verify(file, options.head);
    const entries = await readProven(file, verdict.entries, options);
    return {
      lines: toLines(verdict, entries, terminal),
      data: { file, ...verdict, shown: entries },
      exitCode: verdict.isIntact ? ExitCode.done : ExitCode.refused,
    };
  },
});

async function verify(file: string, head: string | undefined): Promise<AuditVerdict> {
  try {
    return await verifyAuditLog(file, head === undefined ? {} : { expectedHead: head });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).syscall === undefined) throw cause;
    throw new CliError(`the audit log ${file} cannot be read: ${(cause as Error).message}`, ExitCode.failed, {
      cause,
    });
  }
}

/** The last entries that fit, of those that the chain proves. */
async function readProven(
  file: string,
  count: number,
  { plugin, event, last }: AuditOptions,
): Promise<readonly AuditEntry[]> {
  const found: AuditEntry[] = [];
  if (count === 0) return found;
  const input = createReadStream(file, 'utf8');
  let line = 0;
  for await (const text of createInterface({ input, crlfDelay: Infinity })) {
    line += 1;
    const entry = parseJson(text) as AuditEntry;
    const fits = (plugin ?? entry.pluginId) === entry.pluginId && (event ?? entry.event) === entry.event;
    if (fits && found.push(entry) > last) found.shift();
    if (line === count) break;
  }
  input.destroy();
  return found;
}

function toLines(
  verdict: AuditVerdict,
  entries: readonly AuditEntry[],
  terminal: Terminal,
): readonly string[] {
  const { isIntact, head, broken } = verdict;
  const rows = entries.map(({ sequence, at, event, pluginId, actor, details }) => [
    String(sequence),
    at,
    event,
    pluginId,
    actor,
    JSON.stringify(details),
  ]);
  return [
    isIntact
      ? terminal.style('green', `intact: ${verdict.entries} entries, head ${head}`)
      : terminal.style('red', `NOT INTACT from line ${broken?.line ?? 0} on: ${broken?.reason ?? ''}`),
    ...(rows.length === 0 ? [] : renderTable(['NO', 'AT', 'EVENT', 'PLUGIN', 'ACTOR', 'DETAILS'], rows)),
  ];
}
