/**
 * One writer at a time among processes, on nothing but a file system.
 *
 * Node offers no file lock that the kernel releases when a process is killed, and a lock file that must be stolen from a
 * dead owner can be stolen twice. So this is Lamport's bakery: each contender draws a numbered ticket, a file of its own
 * with a name that is never used again, and the lowest living ticket holds the lock. A dead process's ticket is
 * ignored and swept away by anyone, at any time, without harm.
 *
 * @module
 */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** How to wait. */
export interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  /** @defaultValue 30000 */
  readonly timeoutMs?: number | undefined;
}

interface Ticket {
  readonly file: string;
  /** `undefined` while its owner is still drawing. */
  readonly number: number | undefined;
  readonly id: string;
}

const POLL_MS = 5;
/** A ticket of another machine or container, whose processes cannot be seen, counts as dead after this. */
const FOREIGN_TICKET_MS = 60_000;
const TICKET = /^(?:choosing|(\d{1,15}))\.((\d{1,10})-(\d{1,20})-([0-9a-f]{8})-[0-9a-f]{16})$/;
const HOME: string = homeId();

/** Draws a ticket in `folder` and waits for its turn. Dispose the result to let the next one in. @throws Error on timeout */
export async function acquireLock(folder: string, options: LockOptions = {}): Promise<AsyncDisposable> {
  const { signal, timeoutMs = 30_000 } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const id = `${process.pid}-${startTimeOf(process.pid) ?? '0'}-${HOME}-${randomBytes(8).toString('hex')}`;
  const ticket = await drawTicket(folder, id);
  const release = (): Promise<void> => rm(join(folder, ticket.file), { force: true });
  try {
    const deadline = performance.now() + timeoutMs;
    while (!(await isFirst(folder, ticket))) {
      signal?.throwIfAborted();
      if (performance.now() > deadline) {
        throw new Error(
          `"${folder}" is held by another process for more than ${timeoutMs} ms: end it, or delete the folder`,
        );
      }
      await setTimeout(POLL_MS);
    }
  } catch (cause) {
    await release();
    throw cause;
  }
  return { [Symbol.asyncDispose]: release };
}

async function drawTicket(folder: string, id: string): Promise<Required<Ticket>> {
  // While this stands, nobody whose number could be equal or higher goes ahead.
  const choosing = join(folder, `choosing.${id}`);
  await writeFile(choosing, '', { flag: 'wx', mode: 0o600 });
  try {
    const numbers = (await listTickets(folder)).map((ticket) => ticket.number ?? 0);
    const number = Math.max(0, ...numbers) + 1;
    const file = `${number}.${id}`;
    await writeFile(join(folder, file), '', { flag: 'wx', mode: 0o600 });
    return { file, number, id };
  } finally {
    await rm(choosing, { force: true });
  }
}

async function isFirst(folder: string, mine: Required<Ticket>): Promise<boolean> {
  // Twice: one listing can miss a neighbour that turned its "choosing" into a ticket while the folder was read.
  for (let round = 0; round < 2; round += 1) {
    for (const other of await listTickets(folder)) {
      if (other.id === mine.id || !precedes(other, mine)) continue;
      if (await isAlive(folder, other)) return false;
      await rm(join(folder, other.file), { force: true });
    }
  }
  return true;
}

function precedes(other: Ticket, mine: Ticket): boolean {
  if (other.number === undefined || mine.number === undefined) return true;
  return other.number === mine.number ? other.id < mine.id : other.number < mine.number;
}

async function listTickets(folder: string): Promise<Ticket[]> {
  const tickets: Ticket[] = [];
  for (const file of await readdir(folder)) {
    const match = TICKET.exec(file);
    if (match?.[2] === undefined) continue;
    tickets.push({ file, number: match[1] === undefined ? undefined : Number(match[1]), id: match[2] });
  }
  return tickets;
}

async function isAlive(folder: string, ticket: Ticket): Promise<boolean> {
  const [, , , pid = '', startTime = '', home = ''] = TICKET.exec(ticket.file) ?? [];
  if (home !== HOME) {
    const age = await stat(join(folder, ticket.file)).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => Infinity,
    );
    return age < FOREIGN_TICKET_MS;
  }
  try {
    process.kill(Number(pid), 0);
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
  const seen = startTimeOf(Number(pid));
  return startTime === '0' || seen === undefined || seen === startTime;
}

/** When a process began, in the kernel's clock ticks: tells a process from a later one with its number. Linux only. */
function startTimeOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in brackets may hold anything; what follows the last bracket is fields from the third on.
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/** Names the set of processes that can see one another. */
function homeId(): string {
  let namespace = '';
  try {
    namespace = readlinkSync('/proc/self/ns/pid');
  } catch {
    // Not Linux: the host name has to do.
  }
  return createHash('sha256').update(`${hostname()}\0${namespace}`).digest('hex').slice(0, 8);
}
