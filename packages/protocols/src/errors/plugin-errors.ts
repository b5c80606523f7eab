import type { LifecycleState } from '../lifecycle-state.ts';
import { type ErrorCode, TruthoundError, brandErrorClass } from './truthound-error.ts';
import { type Fault, describeFaults } from './validation-error.ts';

/** An error as it came out of a guest: plain data, never a live object. */
export interface RemoteErrorData {
  /** `error.name`, or the name of its class. */
  readonly name: string;
  readonly message: string;
  /** The stack inside the plugin, source-mapped where the plugin has maps. */
  readonly stack?: string | undefined;
  readonly code?: string | number | undefined;
  readonly cause?: RemoteErrorData | undefined;
  /** The members of an `AggregateError`. */
  readonly errors?: readonly RemoteErrorData[] | undefined;
}

/** The plugin's own code threw. Carries what it threw; `message` and `stack` show both sides. */
export class PluginExecutionError extends TruthoundError {
  static {
    brandErrorClass(this, 'PluginExecutionError');
  }

  readonly code: ErrorCode = 'ERR_PLUGIN_EXECUTION';
  readonly pluginId: string;
  /** Name of the plugin's own error, e.g. `TypeError` or `CsvSyntaxError`. */
  readonly remoteName: string;
  /** Message of the plugin's own error. */
  readonly remoteMessage: string;
  /** Stack inside the plugin. */
  readonly remoteStack: string | undefined;
  /** `code` of the plugin's own error, e.g. `ENOENT`. */
  readonly remoteCode: string | number | undefined;
  /** The members, where the plugin threw an `AggregateError`. */
  readonly remoteErrors: readonly RemoteErrorData[] | undefined;

  constructor(
    facts: { readonly pluginId: string; readonly remote: RemoteErrorData; readonly call?: string },
    options?: ErrorOptions,
  ) {
    const { pluginId, remote } = facts;
    const where = facts.call === undefined ? '' : ` in ${facts.call}`;
    const cause =
      options?.cause ?? (remote.cause && new PluginExecutionError({ pluginId, remote: remote.cause }));
    super(
      `plugin "${pluginId}" threw ${remote.name}${where}: ${remote.message}`,
      cause === undefined ? undefined : { cause },
    );
    this.pluginId = pluginId;
    this.remoteName = remote.name;
    this.remoteMessage = remote.message;
    this.remoteStack = remote.stack;
    this.remoteCode = remote.code;
    this.remoteErrors = remote.errors;
  }
}

/** A plugin's manifest is missing, unreadable or wrong. Lists every fault with its path. */
export class ManifestError extends TruthoundError {
  static {
    brandErrorClass(this, 'ManifestError');
  }

  readonly code: ErrorCode = 'ERR_MANIFEST';
  /** The file, or what stands for it. */
  readonly file: string;
  readonly faults: readonly Fault[];

  constructor(facts: { readonly file: string; readonly faults: readonly Fault[] }, options?: ErrorOptions) {
    super(`plugin manifest ${facts.file} is not valid:${describeFaults(facts.faults)}`, options);
    this.file = facts.file;
    this.faults = facts.faults;
  }
}

/** No plugin of that id was discovered or registered. */
export class PluginNotFoundError extends TruthoundError {
  static {
    brandErrorClass(this, 'PluginNotFoundError');
  }

  readonly code: ErrorCode = 'ERR_PLUGIN_NOT_FOUND';
  readonly pluginId: string;
  /** The ids that are known. */
  readonly known: readonly string[];

  constructor(
    facts: {
      readonly pluginId: string;
      readonly known?: readonly string[] | undefined;
      readonly hint?: string;
    },
    options?: ErrorOptions,
  ) {
    const known = facts.known ?? [];
    const listing = known.length === 0 ? 'no plugin is known' : `known are ${known.slice(0, 20).join(', ')}`;
    super(
      `plugin "${facts.pluginId}" was not found: ${listing}${facts.hint === undefined ? '' : `; ${facts.hint}`}`,
      options,
    );
    this.pluginId = facts.pluginId;
    this.known = known;
  }
}

/** The state machine does not allow this move, or a before-handler refused it. */
export class InvalidTransitionError extends TruthoundError {
  static {
    brandErrorClass(this, 'InvalidTransitionError');
  }

  readonly code: ErrorCode = 'ERR_INVALID_TRANSITION';
  readonly pluginId: string;
  readonly from: LifecycleState;
  readonly to: LifecycleState;
  /** The states that `from` may move to. */
  readonly allowed: readonly LifecycleState[];
  /** Why a handler refused, where one did. */
  readonly vetoReason: string | undefined;

  constructor(
    facts: {
      readonly pluginId: string;
      readonly from: LifecycleState;
      readonly to: LifecycleState;
      readonly allowed: readonly LifecycleState[];
      readonly vetoReason?: string | undefined;
    },
    options?: ErrorOptions,
  ) {
    const why =
      facts.vetoReason === undefined
        ? `from "${facts.from}" it can move to ${facts.allowed.map((state) => `"${state}"`).join(', ') || 'nothing'}`
        : `a handler refused: ${facts.vetoReason}`;
    super(`plugin "${facts.pluginId}" cannot move from "${facts.from}" to "${facts.to}": ${why}`, options);
    this.pluginId = facts.pluginId;
    this.from = facts.from;
    this.to = facts.to;
    this.allowed = facts.allowed;
    this.vetoReason = facts.vetoReason;
  }
}

/** A plugin could not be replaced by its new version, or, with step `interrupted`, a call did not outlive the replacement. */
export class ReloadError extends TruthoundError {
  static {
    brandErrorClass(this, 'ReloadError');
  }

  readonly code: ErrorCode = 'ERR_RELOAD';
  readonly pluginId: string;
  /** The step that failed: `prepare`, `permissions`, `start`, `health`, `state`, `switch`, `bake`, `lifecycle`, `aborted`; `interrupted` for a call. */
  readonly step: string;
  readonly previousVersion: string | undefined;
  readonly newVersion: string | undefined;

  constructor(
    facts: {
      readonly pluginId: string;
      readonly step: string;
      readonly reason: string;
      readonly previousVersion?: string | undefined;
      readonly newVersion?: string | undefined;
    },
    options?: ErrorOptions,
  ) {
    const what =
      facts.step === 'interrupted'
        ? `a call of plugin "${facts.pluginId}" was cut off by its reload`
        : `plugin "${facts.pluginId}" was not reloaded (${facts.step})`;
    super(`${what}: ${facts.reason}`, options);
    this.pluginId = facts.pluginId;
    this.step = facts.step;
    this.previousVersion = facts.previousVersion;
    this.newVersion = facts.newVersion;
  }
}
