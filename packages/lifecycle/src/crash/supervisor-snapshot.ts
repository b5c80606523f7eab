import { type Fault, ValidationError } from '@truthound/protocols';

/** A version that served well, and when that was last said. */
export interface LastKnownGood {
  readonly version: string;
  /** ISO 8601. */
  readonly at: string;
}

/** Why and since when a plugin is not started any more. */
export interface Quarantine {
  readonly reason: string;
  /** ISO 8601. */
  readonly since: string;
  /** Message of the crash that led here. */
  readonly lastError: string;
}

/** What is remembered of one plugin. */
export interface CrashRecord {
  /** Milliseconds since the epoch, oldest first. */
  readonly crashTimesMs: readonly number[];
  readonly quarantine?: Quarantine;
  readonly lastKnownGood?: LastKnownGood;
}

/** Everything a supervisor must remember across a restart of the host. Plain JSON. */
export interface SupervisorSnapshot {
  readonly formatVersion: 1;
  readonly plugins: Readonly<Record<string, CrashRecord>>;
}

/**
 * Checks a snapshot that comes from a file.
 *
 * @throws ValidationError listing every fault: what is not understood is refused, or a plugin could leave quarantine
 * by damage to the file.
 */
export function parseSupervisorSnapshot(data: unknown): SupervisorSnapshot {
  const faults: Fault[] = [];
  const must = (holds: boolean, path: string, problem: string): void => {
    if (!holds) faults.push({ path, problem });
  };
  if (!isRecord(data) || data['formatVersion'] !== 1 || !isRecord(data['plugins'])) {
    must(false, '', 'must be an object with "formatVersion" 1 and an object "plugins"');
    throw new ValidationError({ subject: 'supervisor snapshot', faults });
  }
  for (const [id, record] of Object.entries(data['plugins'])) {
    const path = `plugins[${JSON.stringify(id)}]`;
    if (!isRecord(record)) {
      must(false, path, 'must be an object');
      continue;
    }
    const { crashTimesMs, quarantine, lastKnownGood } = record;
    must(isListOfTimes(crashTimesMs), `${path}.crashTimesMs`, 'must be a list of times in milliseconds');
    must(
      quarantine === undefined || hasTexts(quarantine, ['reason', 'since', 'lastError']),
      `${path}.quarantine`,
      'must have the texts reason, since and lastError',
    );
    must(
      lastKnownGood === undefined || hasTexts(lastKnownGood, ['version', 'at']),
      `${path}.lastKnownGood`,
      'must have the texts version and at',
    );
  }
  if (faults.length > 0) throw new ValidationError({ subject: 'supervisor snapshot', faults });
  return data as unknown as SupervisorSnapshot;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isListOfTimes(value: unknown): boolean {
  return Array.isArray(value) && value.every((time) => Number.isFinite(time));
}

function hasTexts(value: unknown, keys: readonly string[]): boolean {
  return isRecord(value) && keys.every((key) => typeof value[key] === 'string');
}
