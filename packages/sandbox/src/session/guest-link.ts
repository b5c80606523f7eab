import type { ConnectionSocket } from '../channel/connection.ts';

/** How a guest ended. */
export interface GuestExit {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  /** Whether the kernel ended it because it ran out of memory. @defaultValue false */
  readonly isOutOfMemory?: boolean;
}

/** What is measured of a guest, in the units of `ResourceUsage`. */
export interface GuestMeasurement {
  readonly memoryMb: number;
  readonly peakMemoryMb: number;
  readonly cpuSeconds: number;
}

/** A started guest, whatever started it: a process, a container. The session talks to it through this alone. */
export interface GuestLink {
  readonly socket: ConnectionSocket;
  /** For messages: `process 1234`. */
  readonly name: string;
  /** Settles when the guest and everything it started is gone. Never rejects. */
  readonly exited: Promise<GuestExit>;
  /** Ends it at once, with everything it started. Can be called twice. */
  kill(): void;
  /** Measures it now; `undefined` when it is gone or cannot be measured here. */
  measure(): Promise<GuestMeasurement | undefined>;
  /** What it last wrote to stderr, for diagnosing its end. */
  lastStderr(): string;
  /** Calls `handler` with each line that it writes. */
  onOutput(handler: (level: 'stdout' | 'stderr', text: string) => void): void;
}
