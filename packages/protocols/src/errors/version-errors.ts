import { type ErrorCode, TruthoundError, brandErrorClass } from './truthound-error.ts';

/** A text is not a version, or not a version constraint. */
export class VersionFormatError extends TruthoundError {
  static {
    brandErrorClass(this, 'VersionFormatError');
  }

  readonly code: ErrorCode = 'ERR_VERSION_FORMAT';
  /** The text, cut to 100 characters. */
  readonly input: string;
  /** Offset of the first character that does not fit, where it is known. */
  readonly position: number | undefined;

  constructor(
    facts: {
      readonly input: string;
      readonly expected: 'version' | 'constraint';
      readonly reason: string;
      readonly position?: number | undefined;
    },
    options?: ErrorOptions,
  ) {
    const shown = facts.input.length > 100 ? `${facts.input.slice(0, 100)}…` : facts.input;
    const at = facts.position === undefined ? '' : ` at position ${String(facts.position)}`;
    const article = facts.expected === 'version' ? 'a version' : 'a version constraint';
    super(`"${shown}" is not ${article}${at}: ${facts.reason}`, options);
    this.input = shown;
    this.position = facts.position;
  }
}
