import type { PluginRecipe, Workshop } from '../support/workshop.ts';

/** What a version can have wrong with it. */
export type Flaw =
  'none' | 'bad signature' | 'throws on load' | 'hangs in activate' | 'unhealthy' | 'crashes in bake';

/** In the order in which they come up. */
const FLAWS: readonly Exclude<Flaw, 'none'>[] = [
  'bad signature',
  'throws on load',
  'hangs in activate',
  'unhealthy',
  'crashes in bake',
];

/** One in so many versions is broken, in a different way each time. */
export function flawOf(round: number, brokenEvery: number): Flaw {
  return round % brokenEvery === 0 ? FLAWS[(round / brokenEvery - 1) % FLAWS.length]! : 'none';
}

/** Whether a version with this flaw is ever found healthy, and so may answer. */
export function becomesHealthy(flaw: Flaw): boolean {
  return flaw === 'none' || flaw === 'crashes in bake';
}

const LOADS: Partial<Record<Flaw, string>> = {
  'throws on load': 'throw new Error("this version is broken");',
};

const ACTIVATES: Partial<Record<Flaw, string>> = {
  'hangs in activate': 'await new Promise(() => { setInterval(() => {}, 1_000); });',
};

/** Tells the host that it runs, sometimes takes its time, and answers which version it is. */
function codeOf(round: number, flaw: Flaw): string {
  return `
    ${LOADS[flaw] ?? ''}
    let begun = 0;
    export const activate = async () => { ${ACTIVATES[flaw] ?? ''} };
    export const health = () => ({ isHealthy: ${String(flaw !== 'unhealthy')}, reason: "not ready" });
    export const work = async (token) => {
      begun += 1;
      if (${String(flaw === 'crashes in bake')} && begun === 2) setTimeout(() => process.exit(9));
      await truthound.host["ledger.ran"](token, { round: ${String(round)}, flaw: "${flaw}" });
      if (token % 5 === 0) await new Promise((resolve) => setTimeout(resolve, token % 20));
      return { token, round: ${String(round)} };
    };
  `;
}

/** Puts a version on disk. */
export async function publish(workshop: Workshop, id: string, round: number, flaw: Flaw): Promise<void> {
  const recipe: PluginRecipe = {
    version: `1.0.${String(round)}`,
    code: codeOf(round, flaw),
    manifest: { permissions: { host: ['ledger.ran'] } },
  };
  await workshop.plugin(id, recipe);
  // Signed, and then changed.
  if (flaw === 'bad signature') await workshop.write(id, 'index.js', `${codeOf(round, flaw)}//`);
}
