import { type BreakingChange, BreakingChanges } from './breaking-changes.ts';
import {
  CompatibilityLevel,
  type CompatibilityQuestion,
  type CompatibilityReport,
} from './compatibility-report.ts';
import type { Explanation, RefusalReason } from './explain-refusal.ts';
import { type ParsedVersion, compareParsed, parseVersion } from './parsed-version.ts';
import type { VersionConstraint } from './version-constraint.ts';
import { isPrerelease } from './version-point.ts';

export interface FindBestVersionOptions {
  /** Answer a prerelease only where no release fits. Default true. */
  readonly preferStable?: boolean;
}

/** Chooses among versions, and judges whether a plugin and its host go together. */
export class VersionResolver {
  readonly #breakingChanges = new BreakingChanges();

  /**
   * The versions that satisfy `constraint`, newest first.
   *
   * @throws {VersionFormatError} when one of `versions` is none.
   */
  findCompatibleVersions(constraint: VersionConstraint, versions: readonly string[]): string[] {
    return listSatisfying(constraint, versions)
      .sort((a, b) => compareParsed(b, a))
      .map(({ text }) => text);
  }

  /**
   * The newest version that satisfies `constraint`, or `undefined` where none does.
   *
   * @throws {VersionFormatError} when one of `versions` is none.
   */
  findBestVersion(
    constraint: VersionConstraint,
    versions: readonly string[],
    { preferStable = true }: FindBestVersionOptions = {},
  ): string | undefined {
    const satisfying = listSatisfying(constraint, versions);
    const stable = preferStable ? satisfying.filter((version) => !isPrerelease(version)) : [];
    return newest(stable.length > 0 ? stable : satisfying)?.text;
  }

  /**
   * Whether a plugin that requires a host within `constraint` works with the host that is there.
   * Breaking changes of the host that came after the oldest version that `constraint` accepts become warnings.
   *
   * @throws {VersionFormatError} when a version is none.
   */
  checkCompatibility({ pluginVersion, constraint, hostVersion }: CompatibilityQuestion): CompatibilityReport {
    parseVersion(pluginVersion);
    const explanation = constraint.explain(hostVersion);
    const crossed = this.#listCrossed(constraint, explanation);
    return Object.freeze({
      isCompatible: explanation.isSatisfied,
      level: levelOf(explanation.isSatisfied, crossed),
      pluginVersion,
      hostVersion,
      requiredConstraint: explanation.constraint,
      errors: Object.freeze(listErrors(pluginVersion, constraint, explanation)),
      warnings: Object.freeze(crossed.map(describeChange)),
      migrationHints: Object.freeze([...listRemedies(explanation), ...listMigrations(crossed)]),
    });
  }

  /**
   * Remembers that something breaks with `version` of the host.
   *
   * @throws {VersionFormatError} when `version` is none.
   */
  registerBreakingChange(
    version: string,
    description: string,
    { migration }: { readonly migration?: string } = {},
  ): void {
    this.#breakingChanges.add({ version, description, ...(migration === undefined ? {} : { migration }) });
  }

  /**
   * The breaking changes that an upgrade meets, oldest first: those after `fromVersion` up to and including
   * `toVersion`. Empty for a downgrade.
   *
   * @throws {VersionFormatError} when a version is none.
   */
  checkUpgradePath(fromVersion: string, toVersion: string): readonly BreakingChange[] {
    return Object.freeze(
      this.#breakingChanges.listBetween(parseVersion(fromVersion), parseVersion(toVersion)),
    );
  }

  /** Only where the host's version is accepted: then there is a lowest version that is. */
  #listCrossed(
    { lowestVersion }: VersionConstraint,
    { isSatisfied, version }: Explanation,
  ): readonly BreakingChange[] {
    return isSatisfied && lowestVersion !== undefined ? this.checkUpgradePath(lowestVersion, version) : [];
  }
}

const REMEDIES: Readonly<Record<RefusalReason, (explanation: Explanation) => string>> = {
  'too-old': ({ constraint }) => `upgrade the host to a version within ${constraint}`,
  'too-new': ({ version, constraint }) =>
    `use a version of the plugin that accepts host ${version}, or a host within ${constraint}`,
  prerelease: ({ version }) =>
    `use the release of host ${version}, or parse the constraint with includePrerelease`,
};

function listSatisfying(constraint: VersionConstraint, versions: readonly string[]): ParsedVersion[] {
  return versions.filter((version) => constraint.isSatisfiedBy(version)).map(parseVersion);
}

/** The first of those that come last in order. */
function newest(versions: readonly ParsedVersion[]): ParsedVersion | undefined {
  let best: ParsedVersion | undefined;
  for (const version of versions) {
    if (best === undefined || compareParsed(version, best) > 0) best = version;
  }
  return best;
}

function levelOf(isSatisfied: boolean, crossed: readonly BreakingChange[]): CompatibilityLevel {
  if (!isSatisfied) return CompatibilityLevel.INCOMPATIBLE;
  return crossed.length > 0 ? CompatibilityLevel.COMPATIBLE_WITH_WARNINGS : CompatibilityLevel.COMPATIBLE;
}

function listErrors(
  pluginVersion: string,
  constraint: VersionConstraint,
  explanation: Explanation,
): string[] {
  if (explanation.isSatisfied) return [];
  const subject = `plugin version ${pluginVersion} requires host ${explanation.constraint}`;
  return [
    constraint.isEmpty ? `${subject}, which no version satisfies` : `${subject}: ${explanation.message}`,
  ];
}

function listRemedies(explanation: Explanation): string[] {
  const reasons = new Set(explanation.refusals.map(({ reason }) => reason));
  return [...reasons].map((reason) => REMEDIES[reason](explanation));
}

const describeChange = ({ version, description }: BreakingChange): string =>
  `breaking change in host ${version}: ${description}`;

function listMigrations(crossed: readonly BreakingChange[]): string[] {
  return crossed.map(({ version, migration }) => migration ?? `read what changed in host ${version}`);
}
