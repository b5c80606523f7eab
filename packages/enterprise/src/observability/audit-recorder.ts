import { type LifecycleController, LifecycleEvent, type Unsubscribe } from '@truthound/protocols';
import type { PreparedVersion } from '../loading/prepared-version.ts';
import type { ManagerEventHub } from '../manager-events.ts';
import type { PluginDirectory } from '../plugin-directory.ts';
import { toError } from '../to-error.ts';
import type { AuditFacts, AuditLog } from './audit-log.ts';

/** Writes what happens to plugins into an audit log. What cannot be written is told as a warning. */
export class AuditRecorder implements AsyncDisposable {
  readonly #log: AuditLog;
  readonly #directory: PluginDirectory;
  readonly #events: ManagerEventHub;
  readonly #subscriptions: readonly Unsubscribe[];

  constructor(parts: {
    readonly log: AuditLog;
    readonly directory: PluginDirectory;
    readonly lifecycle: LifecycleController;
    readonly events: ManagerEventHub;
  }) {
    this.#log = parts.log;
    this.#directory = parts.directory;
    this.#events = parts.events;
    this.#subscriptions = [...this.#listenToEvents(), ...this.#listenToLifecycle(parts.lifecycle)];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const unsubscribe of this.#subscriptions) unsubscribe();
    await this.#log.flush();
  }

  #listenToEvents(): readonly Unsubscribe[] {
    const events = this.#events;
    return [
      events.on('load-failed', ({ pluginId, error }) => {
        this.#record({ event: 'denied', pluginId, details: { reason: error.message, error: error.name } });
      }),
      events.on('permission-decision', ({ pluginId, isApproved, changes }) => {
        this.#record({ event: isApproved ? 'granted' : 'denied', pluginId, details: { changes } });
      }),
      events.on('violation', ({ pluginId, type, action }) => {
        this.#record({ event: 'violated', pluginId, details: { type, action } });
      }),
      events.on('crashed', ({ pluginId, error }) => {
        this.#record({ event: 'crashed', pluginId, details: { reason: error.message } });
      }),
      events.on('revoked', ({ pluginId, version, error, dependents }) => {
        this.#record({
          event: 'revoked',
          pluginId,
          details: { version, reason: error.message, dependents },
        });
      }),
      events.on('supervision', (event) => {
        if (event.type === 'quarantined')
          this.#record({ event: 'quarantined', pluginId: event.pluginId, details: { reason: event.reason } });
        if (event.type === 'released') this.#record({ event: 'released', pluginId: event.pluginId });
      }),
    ];
  }

  #listenToLifecycle(lifecycle: LifecycleController): readonly Unsubscribe[] {
    return [
      lifecycle.on(LifecycleEvent.AFTER_LOAD, ({ id }) => {
        const version = this.#versionOf(id);
        if (version === undefined) return;
        this.#record({ event: 'loaded', pluginId: id, details: describeOrigin(version) });
        this.#record({ event: 'granted', pluginId: id, details: describeGrant(version) });
      }),
      lifecycle.on(LifecycleEvent.ON_RELOAD, ({ id }, _event, { metadata, error }) => {
        const version = this.#versionOf(id);
        const origin = version === undefined ? {} : describeOrigin(version);
        const outcome = { ...metadata, ...(error === undefined ? {} : { reason: error.message }) };
        this.#record({ event: 'reloaded', pluginId: id, details: { ...origin, outcome } });
      }),
      lifecycle.on(LifecycleEvent.AFTER_UNLOAD, ({ id }) => {
        if (this.#directory.has(id)) this.#record({ event: 'unloaded', pluginId: id });
      }),
    ];
  }

  #versionOf(id: string): PreparedVersion | undefined {
    return this.#directory.has(id) ? this.#directory.recordOf(id).current : undefined;
  }

  #record(facts: AuditFacts): void {
    this.#log.append(facts).catch((error: unknown) => {
      this.#events.emit('warning', { pluginId: facts.pluginId, error: toError(error) });
    });
  }
}

function describeOrigin({
  manifest,
  digest,
  verification,
  sourcePath,
}: PreparedVersion): Readonly<Record<string, unknown>> {
  const signers = (verification?.signers ?? []).map(({ signerId, keyId }) => ({ signerId, keyId }));
  return { version: manifest.version, digest, signers, path: sourcePath };
}

function describeGrant({ manifest, policy }: PreparedVersion): Readonly<Record<string, unknown>> {
  const { isolationLevel, allowNetwork, allowSubprocess, allowedModules, resourceLimits } = policy;
  const { allowedPaths: read, writablePaths: write } = resourceLimits;
  const { host, env } = manifest.permissions;
  return { isolationLevel, allowNetwork, allowSubprocess, allowedModules, read, write, host, env };
}
