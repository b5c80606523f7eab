import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { type FilePath, filePathToString, parseJson } from '@truthound/protocols';
import { type AuditEntry, FIRST_PREVIOUS, formatAuditEntry, hashAuditEntry } from './audit-entry.ts';

/** Whether an audit log is whole. */
export interface AuditVerdict {
  readonly isIntact: boolean;
  /** Entries that are proven: up to the first broken one. */
  readonly entries: number;
  /** The hash of the last of them. Keep it elsewhere, and a log that was cut short is noticed as well. */
  readonly head: string;
  /** The first entry that is broken, by its line from 1. */
  readonly broken: { readonly line: number; readonly reason: string } | undefined;
}

/**
 * Checks the chain of an audit log from the first entry on. An entry that was changed, removed, added or moved breaks it
 * there. Entries cut off at the end are noticed only with `expectedHead`, the hash of an entry that must be there.
 * @throws what the file system says when the file cannot be read
 */
export async function verifyAuditLog(
  path: FilePath,
  { expectedHead }: { readonly expectedHead?: string } = {},
): Promise<AuditVerdict> {
  const input = createReadStream(filePathToString(path), 'utf8');
  let [head, entries, line] = [FIRST_PREVIOUS, 0, 0];
  let isHeadSeen = expectedHead === undefined || expectedHead === FIRST_PREVIOUS;
  for await (const text of createInterface({ input, crlfDelay: Infinity })) {
    line += 1;
    const entry = parseEntry(text);
    const reason = entry === undefined ? 'it is no entry' : findBreak(text, entry, entries + 1, head);
    if (entry === undefined || reason !== undefined) {
      input.destroy();
      return verdict(head, entries, { line, reason: reason ?? 'it is no entry' });
    }
    ({ hash: head } = entry);
    entries += 1;
    isHeadSeen ||= head === expectedHead;
  }
  if (isHeadSeen) return verdict(head, entries, undefined);
  return verdict(head, entries, {
    line: line + 1,
    reason: 'entries are missing at the end: the expected head is not there',
  });
}

function verdict(head: string, entries: number, broken: AuditVerdict['broken']): AuditVerdict {
  return Object.freeze({ isIntact: broken === undefined, entries, head, broken });
}

/** The entry of a line; `undefined` when it is none. */
export function parseEntry(text: string): AuditEntry | undefined {
  try {
    const value: unknown = parseJson(text);
    return typeof value === 'object' && value !== null && 'hash' in value ? (value as AuditEntry) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a line is the text of its entry, to the letter, with the hash of what it says. */
export function isAsWritten(text: string, entry: AuditEntry): boolean {
  try {
    // The text itself, so that nothing can stand in a line that the hash does not cover.
    return text === formatAuditEntry(entry) && entry.hash === hashAuditEntry(entry);
  } catch {
    // Nested deeper than can be written again: nothing that was ever written.
    return false;
  }
}

function findBreak(text: string, entry: AuditEntry, sequence: number, previous: string): string | undefined {
  if (!isAsWritten(text, entry)) return 'its hash does not fit: it was changed';
  if (entry.previous !== previous)
    return 'it does not follow the entry before: one was removed, added or moved';
  if (entry.sequence !== sequence)
    return `its sequence is ${String(entry.sequence)} and not ${String(sequence)}`;
  return undefined;
}
