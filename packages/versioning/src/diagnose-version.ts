/** What is wrong with a text, as facts of a `VersionFormatError`. */
export interface Diagnosis {
  readonly reason: string;
  /** Offset of the first character that does not fit. */
  readonly position?: number | undefined;
}

/** npm's limit. */
const MAX_VERSION_LENGTH = 256;

const PART_NAMES = ['major', 'minor', 'patch'] as const;

const isWildcard = (text: string): boolean => text === 'x' || text === 'X' || text === '*';

/** Says why `text`, which npm's grammar refuses, is no version. */
export function diagnoseVersion(text: unknown): Diagnosis {
  if (typeof text !== 'string') return { reason: `a version is text, this is of type ${typeof text}` };
  if (text.length > MAX_VERSION_LENGTH) {
    return {
      reason: `it has ${text.length} characters, ${MAX_VERSION_LENGTH} are allowed`,
      position: MAX_VERSION_LENGTH,
    };
  }
  const start = text.length - text.trimStart().length;
  const body = text.trim();
  if (body === '') return { reason: 'it is empty; write three numbers, such as 1.2.3', position: 0 };
  return (
    diagnoseNumbers(body, start, { isPartial: false }) ?? { reason: 'write three numbers, such as 1.2.3' }
  );
}

/**
 * Finds the first fault of `body`, which stands at `offset` of the whole text.
 * With `isPartial`, parts may be left out or be wildcards, as in a constraint.
 */
export function diagnoseNumbers(
  body: string,
  offset: number,
  options: { readonly isPartial: boolean },
): Diagnosis | undefined {
  const prefix = body.startsWith('v') ? 1 : 0;
  const suffixAt = body.slice(prefix).search(/[-+]/);
  const numbersEnd = suffixAt === -1 ? body.length : prefix + suffixAt;
  const parts = body.slice(prefix, numbersEnd).split('.');
  let at = offset + prefix;
  for (const [index, part] of parts.entries()) {
    const name = PART_NAMES[index];
    if (name === undefined) {
      return { reason: 'a version has three parts, this is a fourth', position: at };
    }
    const fault = diagnosePart(part, name, options.isPartial);
    if (fault !== undefined) return { reason: fault.reason, position: at + fault.at };
    at += part.length + 1;
  }
  if (parts.length < PART_NAMES.length && (!options.isPartial || suffixAt !== -1)) {
    const missing = PART_NAMES.slice(parts.length).join(' and ');
    return { reason: `the ${missing} number is missing`, position: at - 1 };
  }
  return suffixAt === -1 ? undefined : diagnoseSuffix(body.slice(numbersEnd), offset + numbersEnd);
}

function diagnosePart(
  part: string,
  name: string,
  mayBeWildcard: boolean,
): { readonly reason: string; readonly at: number } | undefined {
  if (mayBeWildcard && isWildcard(part)) return undefined;
  const expected = mayBeWildcard ? 'a number, x or *' : 'a number';
  if (part === '') return { reason: `the ${name} number is missing`, at: 0 };
  const strange = part.search(/\D/);
  if (strange !== -1) {
    const shown = part.length > 20 ? `${part.slice(0, 20)}…` : part;
    return { reason: `the ${name} part must be ${expected}, not "${shown}"`, at: strange };
  }
  if (part.length > 1 && part.startsWith('0')) {
    return { reason: `the ${name} number starts with a zero`, at: 0 };
  }
  if (Number(part) > Number.MAX_SAFE_INTEGER) {
    return { reason: `the ${name} number is above ${Number.MAX_SAFE_INTEGER}`, at: 0 };
  }
  return undefined;
}

/** Prerelease and build: dot-separated identifiers of letters, digits and hyphens (SemVer 2.0.0, items 9 and 10). */
function diagnoseSuffix(suffix: string, offset: number): Diagnosis | undefined {
  const buildAt = suffix.indexOf('+');
  const prerelease = buildAt === -1 ? suffix : suffix.slice(0, buildAt);
  const sections = [
    { name: 'prerelease', text: prerelease, at: 0 },
    { name: 'build', text: buildAt === -1 ? '' : suffix.slice(buildAt), at: buildAt },
  ];
  for (const { name, text, at: sectionAt } of sections) {
    if (text === '') continue;
    let at = offset + sectionAt + 1;
    for (const identifier of text.slice(1).split('.')) {
      if (identifier === '') return { reason: `an identifier of the ${name} is empty`, position: at };
      const strange = identifier.search(/[^\w-]|_/);
      if (strange !== -1) {
        const reason = `the ${name} may only have letters, digits, hyphens and dots, not "${identifier.charAt(strange)}"`;
        return { reason, position: at + strange };
      }
      if (name === 'prerelease' && /^0\d+$/.test(identifier)) {
        return { reason: `the number ${identifier} of the prerelease starts with a zero`, position: at };
      }
      at += identifier.length + 1;
    }
  }
  return undefined;
}
