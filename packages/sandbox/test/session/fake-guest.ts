import { type Duplex, duplexPair } from 'node:stream';
import { createPolicy } from '@truthound/protocols';
import type { SandboxContext, SecurityPolicy } from '@truthound/protocols';
import { Connection, type ConnectionSocket } from '../../src/channel/connection.ts';
import { PROTOCOL_VERSION } from '../../src/channel/messages.ts';
import { createEnforcementReport } from '../../src/confinement/enforcement.ts';
import type { GuestExit, GuestLink, GuestMeasurement } from '../../src/session/guest-link.ts';
import { SandboxSession, type SessionOptions } from '../../src/session/sandbox-session.ts';

type Message = readonly [name: string, ...fields: unknown[]];

/** A guest that does as the test says. Nothing runs in it. */
export class FakeGuest implements GuestLink {
  readonly socket: ConnectionSocket;
  readonly name = 'a fake guest';
  readonly exited: Promise<GuestExit>;
  /** What the host sent. */
  readonly received: Message[] = [];
  /** The guest's end, for bytes that no message is. */
  readonly raw: Duplex;
  measurement: GuestMeasurement | undefined;
  stderr = '';
  kills = 0;
  readonly #connection: Connection;
  readonly #waiting: (() => void)[] = [];
  #exit: (exit: GuestExit) => void = () => undefined;
  #write: (level: 'stdout' | 'stderr', text: string) => void = () => undefined;

  constructor() {
    const [hostEnd, guestEnd] = duplexPair();
    this.socket = hostEnd as unknown as ConnectionSocket;
    this.raw = guestEnd;
    this.exited = new Promise((resolve) => {
      this.#exit = resolve;
    });
    this.#connection = new Connection(guestEnd as unknown as ConnectionSocket, {
      onFrame: ({ message }) => {
        this.received.push(message as Message);
        for (const wake of this.#waiting.splice(0)) wake();
      },
      onFault: () => undefined,
      onClose: () => undefined,
    });
  }

  /** Sends what a guest may send, and what it may not. */
  send(...message: Message): void {
    this.#connection.send(message);
  }

  /** The next message of that name that was not waited for yet. */
  async next(name: string): Promise<Message> {
    for (;;) {
      const index = this.received.findIndex(([each]) => each === name);
      if (index !== -1) return this.received.splice(index, 1)[0]!;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Ends by itself. */
  end(exit: Partial<GuestExit> = {}): void {
    this.#exit({ exitCode: undefined, signal: undefined, ...exit });
  }

  write(level: 'stdout' | 'stderr', text: string): void {
    this.#write(level, text);
  }

  kill(): void {
    this.kills += 1;
    this.end({ signal: 'SIGKILL' });
  }

  measure(): Promise<GuestMeasurement | undefined> {
    return Promise.resolve(this.measurement);
  }

  lastStderr(): string {
    return this.stderr;
  }

  onOutput(handler: (level: 'stdout' | 'stderr', text: string) => void): void {
    this.#write = handler;
  }
}

export const FAKE_POLICY: SecurityPolicy = createPolicy({
  enforcement: 'best-effort',
  isolationLevel: 'process',
  maxExecutionTimeSec: 10,
});

export function sessionOptions(guest: FakeGuest, more: Partial<SessionOptions> = {}): SessionOptions {
  return {
    pluginId: 'fake',
    policy: FAKE_POLICY,
    link: guest,
    plan: { moduleGate: undefined, kernel: undefined, hostFunctions: [], allowCodeGeneration: true },
    host: {},
    hasTimeLimits: true,
    startupTimeoutMs: 1000,
    createReport: () => createEnforcementReport(FAKE_POLICY, []),
    ...more,
  };
}

/** A session whose guest has said hello and that it is ready. */
export async function startSession(
  more: Partial<SessionOptions> = {},
): Promise<{ readonly guest: FakeGuest; readonly session: SandboxSession & SandboxContext }> {
  const guest = new FakeGuest();
  const starting = SandboxSession.start(sessionOptions(guest, more));
  guest.send('hello', PROTOCOL_VERSION);
  await guest.next('setup');
  guest.send('ready', []);
  return { guest, session: await starting };
}
