import type { VersionRequirement } from '@truthound/protocols';
import {
  type AcceptedVersions,
  acceptsNothing,
  equalAccepted,
  intersectAccepted,
  isSubsetOfAccepted,
  listAcceptedVersions,
} from './accepted-versions.ts';
import { BoundedCache } from './bounded-cache.ts';
import { type CompiledConstraint, compileConstraint } from './compile-constraint.ts';
import { type Explanation, explainVersion, isAcceptedBy } from './explain-refusal.ts';
import { parseVersion } from './parsed-version.ts';
import { isPlainVersionWithin, isReleaseWithin } from './plain-version.ts';
import { refuseConstraint } from './refuse-format.ts';
import { renderConstraint } from './render-constraint.ts';
import { comparePoints, formatPoint, isPrerelease } from './version-point.ts';

export interface PrereleaseOptions {
  /**
   * Treats `1.2.0-rc.1` as any other version. By default a prerelease satisfies a constraint only where
   * the constraint names a prerelease of the same release, as in npm.
   */
  readonly includePrerelease?: boolean;
}

export interface ParseConstraintOptions extends PrereleaseOptions {
  /** Longest text that is read, in characters. Raise it for text you wrote yourself only. Default 512. */
  readonly maxLength?: number;
  /** Most alternatives (`||`) that are read. Raise it for text you wrote yourself only. Default 32. */
  readonly maxAlternatives?: number;
}

/** What `JSON.stringify` makes of a constraint and {@link VersionConstraint.fromJSON} takes. */
export interface VersionConstraintJson {
  readonly range: string;
  readonly includePrerelease: boolean;
}

const DEFAULT_LIMITS = { maxLength: 512, maxAlternatives: 32 } as const;
const UNLIMITED = { maxLength: Infinity, maxAlternatives: Infinity } as const;

/**
 * Which versions are acceptable. Immutable; what it accepts is what npm's `semver` accepts.
 *
 * Made by {@link parseConstraint} or the factories here.
 */
export class VersionConstraint implements VersionRequirement {
  static readonly #cache = {
    releasesOnly: new BoundedCache<VersionConstraint>(1000),
    withPrereleases: new BoundedCache<VersionConstraint>(1000),
  };

  readonly #compiled: CompiledConstraint;
  #accepted: AcceptedVersions | undefined;

  private constructor(compiled: CompiledConstraint) {
    this.#compiled = compiled;
    Object.freeze(this);
  }

  /** See {@link parseConstraint}. */
  static parse(text: string, options: ParseConstraintOptions = {}): VersionConstraint {
    const { includePrerelease = false, maxLength, maxAlternatives } = options;
    if (maxLength !== undefined || maxAlternatives !== undefined) {
      // Not remembered: what one caller may read, another may have to refuse.
      return new VersionConstraint(
        compileConstraint(text, includePrerelease, { ...DEFAULT_LIMITS, ...options }),
      );
    }
    const { releasesOnly, withPrereleases } = VersionConstraint.#cache;
    const cache = includePrerelease ? withPrereleases : releasesOnly;
    const known = cache.get(text);
    if (known !== undefined) return known;
    const constraint = new VersionConstraint(compileConstraint(text, includePrerelease, DEFAULT_LIMITS));
    cache.set(text, constraint);
    return constraint;
  }

  /** Every release (`*`). As in npm, prereleases count only with `includePrerelease`. */
  static anyVersion(options: PrereleaseOptions = {}): VersionConstraint {
    return VersionConstraint.parse('*', options);
  }

  /**
   * This version and no other. Build metadata is not compared (SemVer 2.0.0, item 10).
   *
   * @throws {VersionFormatError}
   */
  static exact(version: string, options: PrereleaseOptions = {}): VersionConstraint {
    return VersionConstraint.parse(formatPoint(parseVersion(version)), options);
  }

  /**
   * This version or a newer one (`>=1.2.3`).
   *
   * @throws {VersionFormatError}
   */
  static atLeast(version: string, options: PrereleaseOptions = {}): VersionConstraint {
    return VersionConstraint.parse(`>=${formatPoint(parseVersion(version))}`, options);
  }

  /**
   * Versions that promise to be compatible with this one (`^1.2.3`): the same major number or, below 1.0.0,
   * the same first number that is not zero.
   *
   * @throws {VersionFormatError}
   */
  static compatibleWith(version: string, options: PrereleaseOptions = {}): VersionConstraint {
    return VersionConstraint.parse(`^${formatPoint(parseVersion(version))}`, options);
  }

  /**
   * Reads what {@link toJSON} wrote.
   *
   * @throws {VersionFormatError} when `json` has another shape or its range is none.
   */
  static fromJSON(
    json: VersionConstraintJson,
    options: Omit<ParseConstraintOptions, 'includePrerelease'> = {},
  ): VersionConstraint {
    const value: unknown = json;
    const isObject = typeof value === 'object' && value !== null;
    const range: unknown = isObject ? Reflect.get(value, 'range') : undefined;
    const includePrerelease: unknown = isObject ? Reflect.get(value, 'includePrerelease') : undefined;
    if (typeof range !== 'string' || typeof includePrerelease !== 'boolean') {
      return refuseConstraint(value, {
        reason: 'its JSON form is { "range": text, "includePrerelease": true or false }',
      });
    }
    return VersionConstraint.parse(range, { ...options, includePrerelease });
  }

  /** Whether prereleases count as any other version. */
  get includePrerelease(): boolean {
    return this.#compiled.includePrerelease;
  }

  /** Whether no version at all can satisfy it (`>2 <1`). */
  get isEmpty(): boolean {
    return acceptsNothing(this.#versions);
  }

  /** The lowest version that satisfies it; `undefined` where none does. */
  get lowestVersion(): string | undefined {
    const [lowest] = [this.#versions.releases[0], this.#versions.prereleases[0]]
      .flatMap((interval) => (interval === undefined ? [] : [interval.from]))
      .sort(comparePoints);
    return lowest === undefined ? undefined : formatPoint(lowest);
  }

  get #versions(): AcceptedVersions {
    this.#accepted ??= listAcceptedVersions(this.#compiled.alternatives, this.#compiled.includePrerelease);
    return this.#accepted;
  }

  /** @throws {VersionFormatError} when `version` is none; never a silent `false`. */
  isSatisfiedBy(version: string): boolean {
    const { releaseBounds, alternatives, includePrerelease } = this.#compiled;
    const answer = typeof version === 'string' ? isPlainVersionWithin(version, releaseBounds) : undefined;
    if (answer !== undefined) return answer;
    const point = parseVersion(version);
    if (!isPrerelease(point)) return isReleaseWithin(point.major, point.minor, point.patch, releaseBounds);
    return alternatives.some((alternative) => isAcceptedBy(alternative, point, includePrerelease));
  }

  /**
   * What exactly refuses `version`.
   *
   * @throws {VersionFormatError} when `version` is none.
   */
  explain(version: string): Explanation {
    return explainVersion(this.#compiled, { text: version, point: parseVersion(version) });
  }

  /** Accepts exactly what both accept. `includePrerelease` is kept where both have it. */
  intersect(other: VersionConstraint): VersionConstraint {
    const accepted = intersectAccepted(this.#versions, other.#versions);
    const includePrerelease = this.includePrerelease && other.includePrerelease;
    return new VersionConstraint(compileConstraint(renderConstraint(accepted), includePrerelease, UNLIMITED));
  }

  /** Whether some version satisfies both. */
  intersects(other: VersionConstraint): boolean {
    return !acceptsNothing(intersectAccepted(this.#versions, other.#versions));
  }

  /** Whether `other` accepts every version that this accepts. */
  isSubsetOf(other: VersionConstraint): boolean {
    return isSubsetOfAccepted(this.#versions, other.#versions);
  }

  /** Whether both accept the same versions, however they are written. */
  equals(other: VersionConstraint): boolean {
    return equalAccepted(this.#versions, other.#versions);
  }

  /** As written. Parsed with the same `includePrerelease`, it gives an equal constraint. */
  toString(): string {
    return this.#compiled.text;
  }

  toJSON(): VersionConstraintJson {
    return { range: this.#compiled.text, includePrerelease: this.#compiled.includePrerelease };
  }
}
