import { parse } from 'yaml';

export interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

export interface Job {
  readonly uses?: string;
  readonly permissions?: Permissions;
  readonly 'timeout-minutes'?: number;
  readonly steps?: readonly Step[];
  readonly with?: Readonly<Record<string, unknown>>;
}

export type Permissions = string | Readonly<Record<string, string>>;

export interface Trigger {
  readonly paths?: readonly string[];
  readonly branches?: readonly string[];
}

/** As much of a workflow file as the rules look at. */
export interface Workflow {
  readonly on: string | readonly string[] | Readonly<Record<string, Trigger | null>>;
  readonly permissions?: Permissions;
  readonly concurrency?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

export function parseWorkflow(text: string): Workflow {
  return parse(text) as Workflow;
}

export function triggersOf({ on }: Workflow): readonly string[] {
  if (typeof on === 'string') return [on];
  return isList(on) ? on : Object.keys(on);
}

function isList(on: Workflow['on']): on is readonly string[] {
  return Array.isArray(on);
}
