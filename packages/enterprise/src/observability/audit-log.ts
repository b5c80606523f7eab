import { open, stat } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import {
  type AuditEntry,
  type AuditEvent,
  FIRST_PREVIOUS,
  formatAuditEntry,
  hashAuditEntry,
} from './audit-entry.ts';
import { isAsWritten, parseEntry } from './verify-audit-log.ts';

/** What to record. */
export interface AuditFacts {
  readonly event: AuditEvent;
  readonly pluginId: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Where the chain goes on. */
interface Head {
  readonly sequence: number;
  readonly hash: string;
  /** Length of the file in bytes at that point. */
  readonly size: number;
}

const TAIL_BYTES = 64 * 1024;

/** Details are cut here, so that one entry always fits into the tail that is read back. */
const MAX_DETAIL_CHARACTERS = 8 * 1024;

/**
 * An append-only log, one JSON entry a line, each with the hash of the one before. Written by one process at a time;
 * what another one appended in between is continued from.
 */
export class AuditLog {
  readonly #path: string;
  readonly #now: () => Date;
  readonly #actor: string;
  #head: Head | undefined;
  #queue: Promise<void> = Promise.resolve();

  constructor(path: string, { now = () => new Date() }: { readonly now?: () => Date } = {}) {
    this.#path = path;
    this.#now = now;
    this.#actor = `${nameUser()}@${hostname()} (process ${String(process.pid)})`;
  }

  /** Records one entry, after those recorded before. @throws when it cannot be written, or the log's end is damaged */
  append(facts: AuditFacts): Promise<void> {
    const at = this.#now().toISOString();
    const written = this.#queue.then(() => this.#write(facts, at));
    this.#queue = written.catch(() => undefined);
    return written;
  }

  /** Resolves when all that was recorded is on disk. */
  async flush(): Promise<void> {
    await this.#queue;
  }

  async #write({ event, pluginId, details = {} }: AuditFacts, at: string): Promise<void> {
    const file = await open(this.#path, 'a', 0o600);
    try {
      const { sequence: last, hash: previous, size } = await this.#findHead();
      const facts = {
        sequence: last + 1,
        at,
        event,
        pluginId,
        actor: this.#actor,
        details: cut(details),
        previous,
      };
      const entry: AuditEntry = { ...facts, hash: hashAuditEntry(facts) };
      const line = `${formatAuditEntry(entry)}\n`;
      await file.appendFile(line);
      await file.datasync();
      this.#head = { sequence: entry.sequence, hash: entry.hash, size: size + Buffer.byteLength(line) };
    } catch (error) {
      this.#head = undefined;
      throw error;
    } finally {
      await file.close();
    }
  }

  async #findHead(): Promise<Head> {
    const { size } = await stat(this.#path);
    if (this.#head?.size === size) return this.#head;
    if (size === 0) return { sequence: 0, hash: FIRST_PREVIOUS, size };
    const text = await readLastLine(this.#path, size);
    const last = parseEntry(text);
    if (last === undefined || !isAsWritten(text, last))
      throw new Error(`the audit log ${this.#path} is damaged at its end: set it aside, and keep it`);
    return { sequence: last.sequence, hash: last.hash, size };
  }
}

async function readLastLine(path: string, size: number): Promise<string> {
  const file = await open(path, 'r');
  try {
    const length = Math.min(size, TAIL_BYTES);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    const lines = buffer.toString('utf8').split('\n');
    // What comes after the last line end is a line that was not finished.
    return lines.at(-1) === '' ? (lines.at(-2) ?? '') : '';
  } finally {
    await file.close();
  }
}

function cut(details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const text = JSON.stringify(details);
  // Through JSON once, so that what is hashed is what is read back.
  if (text.length <= MAX_DETAIL_CHARACTERS) return JSON.parse(text) as Readonly<Record<string, unknown>>;
  return { cutOff: text.slice(0, MAX_DETAIL_CHARACTERS) };
}

function nameUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A user id without an entry in the system's list has no name.
    return `uid ${String(process.getuid?.() ?? 'unknown')}`;
  }
}
