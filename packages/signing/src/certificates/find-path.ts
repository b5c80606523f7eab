/**
 * The search for a path from a leaf up to a trusted root (RFC 4158).
 *
 * Depth first, from the leaf upwards, over the authorities whose subject is the issuer of the last
 * certificate. A path ends at a root that has signed itself: only then is every byte of the root under a
 * signature, and a trusted authority below another root is merely a way there. An authority that is already in the path (same name and key) is never entered again, so
 * loops end; cross-signed authorities are further branches. The number of steps is bounded, because the
 * number of paths is not: whoever supplies the intermediates could make it exponential.
 *
 * @module
 */
import { type CertificateError, CertificateNotFoundError } from '@truthound/protocols';
import {
  type ValidationContext,
  countAuthorities,
  findIssuerErrors,
  findSelfSignatureErrors,
  findValidityErrors,
  isSelfIssued,
} from './issuer-check.ts';
import { type ParsedCertificate, internalsOf } from './parsed-certificate.ts';

/** A path, leaf first; or what stood in the way of the attempt that came furthest. */
export type PathSearchResult =
  | { readonly isFound: true; readonly path: readonly ParsedCertificate[] }
  | { readonly isFound: false; readonly errors: readonly CertificateError[] };

/** Certificates by the name of their subject. */
type BySubject = ReadonlyMap<string, readonly ParsedCertificate[]>;

interface Attempt {
  readonly reachesRoot: boolean;
  readonly length: number;
  readonly errors: readonly CertificateError[];
}

/** Thrown by `spend` to leave the search from any depth. */
export class SearchBoundReached extends Error {}

/** Searches a path that satisfies every rule. */
export function findPath(
  leaf: ParsedCertificate,
  authorities: {
    readonly roots: readonly ParsedCertificate[];
    readonly intermediates: readonly ParsedCertificate[];
  },
  context: ValidationContext,
): PathSearchResult {
  return new PathSearch(authorities.roots, authorities.intermediates, context).run(leaf);
}

class PathSearch {
  readonly #roots: ReadonlySet<string>;
  readonly #candidates: BySubject;
  readonly #context: ValidationContext;
  #best: Attempt | undefined;

  constructor(
    roots: readonly ParsedCertificate[],
    intermediates: readonly ParsedCertificate[],
    context: ValidationContext,
  ) {
    this.#roots = new Set(roots.filter(isSelfIssued).map(({ certId }) => certId));
    this.#candidates = groupBySubject([...roots, ...intermediates]);
    this.#context = context;
  }

  run(leaf: ParsedCertificate): PathSearchResult {
    const path = this.#extend([leaf]);
    if (path !== undefined) return { isFound: true, path };
    return { isFound: false, errors: this.#best?.errors ?? [] };
  }

  #extend(path: readonly ParsedCertificate[]): readonly ParsedCertificate[] | undefined {
    const candidates = this.#candidatesFor(path);
    if (candidates.length === 0) this.#note(path, [missingIssuer(path)], false);
    for (const issuer of candidates) {
      this.#context.spend();
      const isRoot = this.#roots.has(issuer.certId);
      const errors = [
        ...findIssuerErrors(path, issuer, this.#context),
        ...(isRoot ? findSelfSignatureErrors(issuer, this.#context.spend) : []),
      ];
      const longer = [...path, issuer];
      if (errors.length > 0) {
        this.#note(longer, errors, isRoot);
      } else if (isRoot) {
        return longer;
      } else {
        const found = this.#climb(longer);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }

  #climb(path: readonly ParsedCertificate[]): readonly ParsedCertificate[] | undefined {
    const { maxDepth } = this.#context;
    // Self-issued certificates do not count towards the depth, so the whole length has a bound of its own.
    if (countAuthorities(path) > maxDepth || path.length > 2 * maxDepth + 2) {
      this.#note(path, [tooDeep(path, maxDepth)], false);
      return undefined;
    }
    return this.#extend(path);
  }

  #candidatesFor(path: readonly ParsedCertificate[]): readonly ParsedCertificate[] {
    const child = path.at(-1);
    if (child === undefined) return [];
    const all = this.#candidates.get(internalsOf(child).issuerKey) ?? [];
    const fresh = all.filter((candidate) => !path.some((member) => isSameAuthority(member, candidate)));
    if (fresh.length < 2) return fresh;
    return fresh
      .map((candidate) => ({ candidate, rank: this.#rank(child, candidate) }))
      .sort((left, right) => left.rank - right.rank)
      .map(({ candidate }) => candidate);
  }

  /** Likely issuers first. Key identifiers order the search and decide nothing. */
  #rank(child: ParsedCertificate, candidate: ParsedCertificate): number {
    const { authorityKeyIdentifier } = child;
    const { subjectKeyIdentifier } = candidate;
    const isMismatch =
      authorityKeyIdentifier !== undefined &&
      subjectKeyIdentifier !== undefined &&
      authorityKeyIdentifier !== subjectKeyIdentifier;
    const isOutOfDate = findValidityErrors(candidate, this.#context.at).length > 0;
    return (isMismatch ? 4 : 0) + (isOutOfDate ? 2 : 0) + (this.#roots.has(candidate.certId) ? 0 : 1);
  }

  /** Keeps the attempt that reached a root, else the longest, else the first. */
  #note(path: readonly ParsedCertificate[], errors: readonly CertificateError[], reachesRoot: boolean): void {
    const best = this.#best;
    const isBetter =
      best === undefined ||
      (reachesRoot && !best.reachesRoot) ||
      (reachesRoot === best.reachesRoot && path.length > best.length);
    if (isBetter) this.#best = { reachesRoot, length: path.length, errors };
  }
}

function groupBySubject(certificates: readonly ParsedCertificate[]): BySubject {
  const groups = new Map<string, ParsedCertificate[]>();
  const seen = new Set<string>();
  for (const certificate of certificates) {
    if (seen.has(encodingKey(certificate))) continue;
    seen.add(encodingKey(certificate));
    const { subjectKey } = internalsOf(certificate);
    const group = groups.get(subjectKey) ?? [];
    group.push(certificate);
    groups.set(subjectKey, group);
  }
  return groups;
}

/** Same signed part and same signature. Copies with another signature stay: only one of the two may be good. */
function encodingKey(certificate: ParsedCertificate): string {
  return `${certificate.certId}:${Buffer.from(internalsOf(certificate).signature).toString('base64')}`;
}

/** One name with one key is one authority, however many certificates it has (RFC 4158 §2.4.2). */
function isSameAuthority(left: ParsedCertificate, right: ParsedCertificate): boolean {
  return left.keyId === right.keyId && internalsOf(left).subjectKey === internalsOf(right).subjectKey;
}

function missingIssuer(path: readonly ParsedCertificate[]): CertificateNotFoundError {
  const child = path.at(-1);
  return new CertificateNotFoundError({
    certId: child?.issuer ?? '',
    where: `roots or intermediates, and is needed as the issuer of certificate "${child?.certId ?? ''}"`,
    details: { path: path.map(({ certId }) => certId) },
  });
}

function tooDeep(path: readonly ParsedCertificate[], maxDepth: number): CertificateNotFoundError {
  return new CertificateNotFoundError({
    certId: path.at(-1)?.issuer ?? '',
    where: `a path of at most ${maxDepth} authorities between leaf and root (maxDepth)`,
    details: { path: path.map(({ certId }) => certId) },
  });
}
