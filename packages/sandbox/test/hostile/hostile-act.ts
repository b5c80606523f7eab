import type {
  CreatePolicyOptions,
  Guarantee,
  HostFunctions,
  SandboxContext,
  SandboxError,
  SandboxExitEvent,
  SandboxFunction,
  SandboxReference,
  SandboxViolationEvent,
  ViolationType,
} from '@truthound/protocols';

/** What an attack is shown: everything here is out of bounds, and watched. */
export interface Bait {
  /** A file outside of the sandbox, readable by everybody. What it holds must never come back. */
  readonly secretFile: string;
  /** A folder outside of the sandbox that everybody may write. */
  readonly outside: string;
  /** A file in that folder that does not exist. */
  readonly newFile: string;
  /** Where the host listens: TCP and UDP on 127.0.0.1, a Unix socket, an abstract one. */
  readonly port: number;
  readonly udpPort: number;
  readonly socketPath: string;
  readonly abstractSocket: string;
  /** The process that embeds the engine. */
  readonly hostPid: number;
  /** A descriptor that the host holds open, not marked close-on-exec, on a file with the secret. */
  readonly leakedDescriptor: number;
}

/**
 * An attack answers what it got hold of: anything truthy is a success of its. It throws or answers
 * nothing where it was stopped. Effects (files, connections, signals) are looked for beside that.
 */
export type AttackFunction = (bait: Bait) => unknown;

/** A plugin that attacks, by its files; its entry exports `attack`. `links` are made as symbolic links. */
export interface AttackPlugin {
  readonly files: Readonly<Record<string, string>>;
  readonly links?: (bait: Bait) => Readonly<Record<string, string>>;
}

/** What came of an attack. */
export interface Trial {
  readonly bait: Bait;
  /** Set when the attack's call, or loading its plugin, failed. */
  readonly error: (Error & { readonly code?: string }) | undefined;
  readonly value: unknown;
  readonly seconds: number;
  readonly violations: readonly SandboxViolationEvent[];
  readonly logs: readonly string[];
  readonly exit: SandboxExitEvent | undefined;
  /** Missing when the plugin did not load. */
  readonly context: SandboxContext | undefined;
  /** Calls the same sandbox again. */
  call(target: SandboxFunction<never> | SandboxReference, ...args: readonly unknown[]): Promise<unknown>;
}

/** What the host is to be told. */
export interface Expectation {
  /** The error's code. Without it the attack may fail as it likes, or answer nothing. */
  readonly error?: SandboxError['code'] | 'ERR_PLUGIN_EXECUTION';
  /** The kind of the `SandboxSecurityViolation`. */
  readonly denied?: ViolationType;
  /** The resource of the `SandboxResourceError`. */
  readonly resource?: string;
  /** A violation that must be on record. */
  readonly recorded?: ViolationType;
  /** Whether the sandbox still takes calls afterwards. */
  readonly alive?: boolean;
}

/** One way to break out of a sandbox, or to break its host. */
export interface HostileAct {
  readonly title: string;
  readonly weakness?: `W-${string}`;
  readonly attacks: readonly Guarantee[];
  readonly policy?: Omit<CreatePolicyOptions, 'base'>;
  readonly host?: HostFunctions;
  readonly attack: AttackFunction | AttackPlugin;
  readonly expect?: Expectation;
  /** Looks closer; throws where something is wrong. What the attack answered is then its to judge. */
  readonly verify?: (trial: Trial) => void | Promise<void>;
  /** Whether the attack succeeds, visibly, in a Node without a sandbox: the proof that it is one. @defaultValue true */
  readonly provable?: boolean;
}
