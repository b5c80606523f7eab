/** The grammar of SemVer 2.0.0 (semver.org, item 2 to 10), anchored. Which version is newer, `@truthound/versioning` decides. */
export const SEMANTIC_VERSION: RegExp =
  /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-(?:0|[1-9]\d*|\d*[A-Z-][\dA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Z-][\dA-Z-]*))*)?(?:\+[\dA-Z-]+(?:\.[\dA-Z-]+)*)?$/i;

/** Which versions are acceptable. Whoever checks dependencies takes this and need not know how a range is written. */
export interface VersionRequirement {
  isSatisfiedBy(version: string): boolean;
  /** The range as text, for messages. */
  toString(): string;
}
