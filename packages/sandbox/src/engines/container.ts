import { join, relative } from 'node:path';
import {
  IsolationLevel,
  type SandboxContext,
  SandboxError,
  type SandboxOptions,
  type SecurityPolicy,
} from '@truthound/protocols';
import { type PolicyPaths, grantPaths } from '../confinement/granted-paths.ts';
import { assertEnforced, createEnforcementReport } from '../confinement/enforcement.ts';
import { appliedContainerLayers } from '../container/container-layers.ts';
import { RUNTIME_NAMES } from '../container/connect-runtime.ts';
import { containerStandbyKey, createContainerPlan } from '../container/container-plan.ts';
import { ContainerSite } from '../container/container-site.ts';
import {
  type RuntimeDiagnosis,
  type RuntimeRequest,
  type UsableRuntime,
  detectRuntime,
} from '../container/detect-runtime.ts';
import { assertPinned } from '../container/image-reference.ts';
import { copyForGuest, isReadableByGuest, shareWithGuest } from '../container/shared-copy.ts';
import { type ResolvedPluginSource, resolvePluginSource } from '../plugin-entry-point.ts';
import { ModuleCopies } from '../process/module-copies.ts';
import { SandboxSession } from '../session/sandbox-session.ts';
import { assertEngineFits } from './engine-fit.ts';
import { STARTUP_TIMEOUT_MS, SessionEngine } from './session-engine.ts';

/** How a {@link ContainerSandboxEngine} starts its guests. */
export interface ContainerSandboxEngineOptions {
  /**
   * `docker`, `podman`, or a path: of a Podman program, or of the Unix socket of a daemon that speaks Docker's
   * API. @defaultValue the first of Docker and Podman that can run a container
   */
  readonly runtime?: string;
  /**
   * An image with a Node on its path, by digest (`node@sha256:…`) or by a tag that says which; it must be on
   * this machine. @defaultValue one that is made of `guestNode`, with no other program in it
   */
  readonly image?: string;
  /** More options for `podman run`. Docker takes `--runtime=NAME`. @defaultValue none */
  readonly runtimeArgs?: readonly string[];
  /** The Node that the image is made of. @defaultValue the host's own */
  readonly guestNode?: string;
  /** How many containers are kept started ahead, for each set of limits and paths. @defaultValue 0 */
  readonly standby?: number;
}

/** What is known of a sandbox before it is started. */
interface SandboxFacts {
  readonly pluginId: string;
  readonly policy: SecurityPolicy;
  readonly usable: UsableRuntime;
  readonly granted: PolicyPaths;
}

const REMEDY =
  'it needs an engine with cgroups (one without root: version 2 of them, with the cpu controller delegated to its user), namespaces and seccomp, on Linux with Landlock (kernel 6.12 or newer for all of it); `await engine.diagnose()` says what was found';

/** Runs each plugin in a container of its own, on Docker or Podman, with the same lockdown inside as a guest process has. */
export class ContainerSandboxEngine extends SessionEngine<ContainerSite> {
  readonly isolationLevel: IsolationLevel = IsolationLevel.CONTAINER;
  readonly #request: RuntimeRequest;

  /** @throws ValidationRangeError for a number of standby containers that is none, or an image that may change */
  constructor(options: ContainerSandboxEngineOptions = {}) {
    const { runtime, image, runtimeArgs = [], guestNode = process.execPath, standby = 0 } = options;
    super('ContainerSandboxEngineOptions', standby);
    if (image !== undefined) assertPinned(image);
    this.#request = { runtime, image, node: guestNode, runtimeArgs: [...runtimeArgs] };
  }

  /** Which engine is used here: `docker`, `podman`, or `undefined` where none works, which {@link diagnose} explains. */
  async detectRuntime(): Promise<'docker' | 'podman' | undefined> {
    return (await detectRuntime(this.#request)).usable?.runtime.kind;
  }

  /** Tries every engine, and says in plain words what works, what does not, and what would help. */
  async diagnose(): Promise<readonly RuntimeDiagnosis[]> {
    const names = this.#request.runtime === undefined ? RUNTIME_NAMES : [this.#request.runtime];
    const found = await Promise.all(names.map((runtime) => detectRuntime({ ...this.#request, runtime })));
    return found.flatMap(({ diagnoses }) => diagnoses);
  }

  async createSandbox(
    pluginId: string,
    policy: SecurityPolicy,
    options: SandboxOptions = {},
  ): Promise<SandboxContext> {
    assertEngineFits(this.isolationLevel, policy, pluginId);
    if (options.debug === true) {
      throw new SandboxError(
        `plugin "${pluginId}" cannot be debugged in a container, whose loopback is its own: debug it with ProcessSandboxEngine`,
        { pluginId },
      );
    }
    options.signal?.throwIfAborted();
    const source =
      options.plugin === undefined ? undefined : await resolvePluginSource(options.plugin, pluginId);
    const usable = await this.#findRuntime(pluginId);
    const granted = await grantPaths(policy, pluginId);
    const facts: SandboxFacts = { pluginId, policy, usable, granted };
    const { site, visible } = await this.#prepare(facts, source, options.signal);
    const session = await this.#startSession(facts, site, options);
    const copies = new ModuleCopies(pluginId, site.copies, site.mounted, shareWithGuest);
    this.sessions.add(session, copies, () => site.clear());
    if (visible !== undefined) await this.load(session, visible, options.signal);
    return session;
  }

  async #findRuntime(pluginId: string): Promise<UsableRuntime> {
    const { usable, diagnoses } = await detectRuntime(this.#request);
    if (usable !== undefined) return usable;
    throw new SandboxError(
      `plugin "${pluginId}" cannot run in a container, because no engine works here: ${diagnoses.map(({ detail }) => detail).join('; ')}`,
      { pluginId },
    );
  }

  /** A container for the plugin, and where the plugin stands in it: under its own path where that can be, else as a copy. */
  async #prepare(
    facts: SandboxFacts,
    source: ResolvedPluginSource | undefined,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly site: ContainerSite; readonly visible: ResolvedPluginSource | undefined }> {
    const start = (pluginFolder: string | undefined, isStandby: boolean): Promise<ContainerSite> =>
      ContainerSite.start({ ...facts, pluginFolder, isStandby, signal: isStandby ? undefined : signal });
    const key = containerStandbyKey(facts.policy, facts.granted);
    const parked = this.standby?.take(key, () => start(undefined, true));
    if (source === undefined) return { site: parked ?? (await start(undefined, false)), visible: undefined };
    if (parked === undefined && (await isReadableByGuest(source.root)))
      return { site: await start(source.root, false), visible: source };
    const site = parked ?? (await start(undefined, false));
    try {
      const root = join(site.copies, 'plugin');
      await copyForGuest(source.root, root);
      return { site, visible: { root, entry: join(root, relative(source.root, source.entry)) } };
    } catch (error) {
      await site[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #startSession(
    { pluginId, policy, usable, granted }: SandboxFacts,
    site: ContainerSite,
    options: SandboxOptions,
  ): Promise<SandboxSession> {
    const host = options.host ?? {};
    try {
      return await SandboxSession.start(
        {
          pluginId,
          policy,
          link: site.guest,
          plan: createContainerPlan(policy, {
            usable,
            paths: site.paths,
            hostFunctions: Object.keys(host),
            environment: options.env ?? {},
          }),
          host,
          hasTimeLimits: true,
          startupTimeoutMs: STARTUP_TIMEOUT_MS,
          createReport: (steps) => {
            const layers = appliedContainerLayers(policy, usable.node, steps);
            const report = createEnforcementReport(policy, layers, granted.notes);
            assertEnforced(policy, report, pluginId, REMEDY);
            return report;
          },
        },
        options.signal,
      );
    } catch (error) {
      await site.clear();
      throw error;
    }
  }
}
