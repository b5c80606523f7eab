import { OWNER_LABEL, SANDBOX_LABEL, isOwnerGone } from './container-owner.ts';
import type { ContainerRuntime } from './container-runtime.ts';

/** Removes the sandboxes' containers whose hosts are gone. Answers how many there were. */
export async function sweepOrphans(runtime: ContainerRuntime): Promise<number> {
  const listed = await runtime.listByLabel(SANDBOX_LABEL);
  const orphans = listed.filter(({ labels }) => isOwnerGone(labels[OWNER_LABEL] ?? ''));
  await Promise.all(orphans.map(({ id }) => runtime.remove(id)));
  return orphans.length;
}
