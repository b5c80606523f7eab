import { type ParseConstraintOptions, VersionConstraint } from './version-constraint.ts';

/**
 * Reads a version constraint: everything npm accepts (`^1.2.3`, `~1.2`, `1.x`, `1.0.0 - 2.0.0`, `^1 || ^2`),
 * and commas between parts that must all hold (`>=1.0.0,<2.0.0`).
 *
 * The last thousand or so constraints are remembered, so parsing the same text again is a lookup.
 *
 * @throws {VersionFormatError} with the position of the first part that does not fit and the reason.
 */
export function parseConstraint(text: string, options: ParseConstraintOptions = {}): VersionConstraint {
  return VersionConstraint.parse(text, options);
}
