/** A kind of error, as `instanceof` takes it. */
export type ErrorClass = abstract new (...args: never[]) => Error;

/** What an input is made of, which decides how it is mutated. */
export type InputKind = 'bytes' | 'text' | 'json' | 'der';

/** A parser of hostile input, and what must hold of its answers. */
export interface FuzzTarget<Parsed = unknown> {
  /** Name of its folder in the corpus. */
  readonly name: string;
  readonly kind: InputKind;
  /** What the parser documents for bad input. Whatever else it throws is a finding. */
  readonly refusals: readonly ErrorClass[];
  parse(input: Buffer): Parsed | Promise<Parsed>;
  /** What must hold of an input that was accepted. Whatever this throws is a finding, refusals too. */
  check?(parsed: Parsed, input: Buffer): void | Promise<void>;
}
