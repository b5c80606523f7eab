import { VersionFormatError } from '@truthound/protocols';
import { type Diagnosis, diagnoseVersion } from './diagnose-version.ts';

/** Callers without types can pass anything. */
function showInput(input: unknown): string {
  return typeof input === 'string' ? input : `[${input === null ? 'null' : typeof input}]`;
}

export function refuseVersion(input: unknown, options?: ErrorOptions): never {
  const facts = { input: showInput(input), expected: 'version', ...diagnoseVersion(input) } as const;
  throw new VersionFormatError(facts, options);
}

export function refuseConstraint(input: unknown, diagnosis: Diagnosis, options?: ErrorOptions): never {
  throw new VersionFormatError({ input: showInput(input), expected: 'constraint', ...diagnosis }, options);
}
