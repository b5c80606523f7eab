import type { ParsedCertificate } from '../certificates/parsed-certificate.ts';

/** What a path validation answers. */
export interface PathAnswer {
  readonly isValid: boolean;
  readonly errors: readonly Error[];
  /** Leaf first, root last; empty when there is none. */
  readonly path: readonly ParsedCertificate[];
}

/** Traces a leaf to a root for code signing. */
export function validatePath(
  _leaf: ParsedCertificate,
  _intermediates: readonly ParsedCertificate[],
  _roots: readonly ParsedCertificate[],
  _at: Date,
): PathAnswer {
  return { isValid: false, errors: [new Error('path validation is missing')], path: [] };
}
