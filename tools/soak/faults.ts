import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type EnterprisePluginManager, type ReloadResult, TrustStoreImpl } from '@truthound/enterprise';
import { childrenOf } from './holdings.ts';
import { setClockOffset } from './skewed-clock.ts';
import { type SoakFolder, StateFile, publishPlugin } from './soak-folder.ts';

const DAY_MS = 86_400_000;

/** Where a fault is injected. */
export interface FaultSite {
  readonly manager: EnterprisePluginManager;
  readonly folder: SoakFolder;
  readonly pluginId: string;
  /** A number of the schedule, for what there is to choose. */
  readonly choice: number;
  /** A version that was never published. */
  readonly nextVersion: string;
}

/** Injects a fault and answers what went wrong that must not; `undefined` when nothing did. */
export type Fault = (site: FaultSite) => Promise<string | undefined>;

async function publishAndReload({
  manager,
  folder,
  pluginId,
  nextVersion,
}: FaultSite): Promise<ReloadResult> {
  await publishPlugin(folder.plugins, pluginId, nextVersion, readFileSync(folder.keyFile, 'utf8'));
  return manager.reload(pluginId);
}

/** Codes of an error and of its causes. */
function codesOf(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [];
  const code = (error as { readonly code?: unknown }).code;
  return [...(typeof code === 'string' ? [code] : []), ...codesOf(error.cause)];
}

function findUntyped({ success, error }: ReloadResult): string | undefined {
  const isTyped = codesOf(error).some((code) => code.startsWith('ERR_'));
  return success || isTyped ? undefined : `a reload failed without a code: ${String(error)}`;
}

function underClock(offsetMs: number, expected: RegExp): Fault {
  return async (site) => {
    // Signed by the right clock, judged by the wrong one.
    const { folder, pluginId, nextVersion, manager } = site;
    await publishPlugin(folder.plugins, pluginId, nextVersion, readFileSync(folder.keyFile, 'utf8'));
    setClockOffset(offsetMs);
    try {
      const { success, error } = await manager.reload(pluginId);
      const codes = codesOf(error);
      // What is in another state, such as one that is restarted, is not reloaded at all.
      const isNotBegun = codes.some((code) => /LIFECYCLE|TRANSITION|NOT_ACTIVE|NOT_FOUND/.test(code));
      if (!success && (isNotBegun || codes.some((code) => expected.test(code)))) return undefined;
      return `by a clock that is ${offsetMs / DAY_MS} days off, a reload ${success ? 'succeeded' : `failed with ${codes.join()}`}`;
    } finally {
      setClockOffset(0);
    }
  };
}

/** Fills the small disk, and answers how to make room again. */
function fillDisk(state: string): Disposable {
  const filler = join(state, 'filler');
  const descriptor = openSync(filler, 'w');
  for (const bytes of [1 << 20, 4096, 1]) {
    const block = Buffer.alloc(bytes);
    try {
      while (writeSync(descriptor, block) === bytes);
    } catch {
      // Full, for blocks of this size.
    }
  }
  closeSync(descriptor);
  return { [Symbol.dispose]: () => rmSync(filler, { force: true }) };
}

/** By name, in the order in which a schedule counts them. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  'guest killed': async ({ choice }) => {
    const guests = childrenOf(process.pid);
    const pid = guests[choice % Math.max(guests.length, 1)];
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
    return undefined;
  },
  reload: async (site) => findUntyped(await publishAndReload(site)),
  'clock ahead': underClock(400 * DAY_MS, /SIGNATURE/),
  'clock behind': underClock(-30 * DAY_MS, /SIGNATURE/),
  'disk full': async (site) => {
    if (!site.folder.hasSmallDisk) return undefined;
    const filler = fillDisk(site.folder.state);
    try {
      return findUntyped(await publishAndReload(site));
    } finally {
      filler[Symbol.dispose]();
    }
  },
  'trust store written': async ({ folder, choice }) => {
    const store = new TrustStoreImpl({ persistPath: join(folder.state, StateFile.TRUST) });
    await store.acceptSequence('soak', choice);
    return undefined;
  },
};
