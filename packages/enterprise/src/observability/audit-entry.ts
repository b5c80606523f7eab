import { createHash } from 'node:crypto';

/** What is recorded of a plugin. */
export type AuditEvent =
  | 'loaded'
  | 'granted'
  | 'denied'
  | 'reloaded'
  | 'unloaded'
  | 'violated'
  | 'crashed'
  | 'quarantined'
  | 'released'
  | 'revoked';

/** One line of an audit log. */
export interface AuditEntry {
  /** From 1. */
  readonly sequence: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly event: AuditEvent;
  readonly pluginId: string;
  /** The user and the process that did it. */
  readonly actor: string;
  readonly details: Readonly<Record<string, unknown>>;
  /** The hash of the entry before; 64 zeros for the first. */
  readonly previous: string;
  /** SHA-256 of all the above as JSON, in this order. */
  readonly hash: string;
}

/** What stands in the place of the entry before the first. */
export const FIRST_PREVIOUS: string = '0'.repeat(64);

/** The hash that an entry must carry. */
export function hashAuditEntry(entry: Omit<AuditEntry, 'hash'>): string {
  const { sequence, at, event, pluginId, actor, details, previous } = entry;
  const text = JSON.stringify([sequence, at, event, pluginId, actor, details, previous]);
  return createHash('sha256').update(text).digest('hex');
}

/** The line of an entry, without its end. */
export function formatAuditEntry(entry: AuditEntry): string {
  const { sequence, at, event, pluginId, actor, details, previous, hash } = entry;
  return JSON.stringify({ sequence, at, event, pluginId, actor, details, previous, hash });
}
