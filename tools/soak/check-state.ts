import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PluginLock, TrustStoreImpl, verifyAuditLog } from '@truthound/enterprise';

import { type SoakFolder, StateFile } from './soak-folder.ts';

/** What is wrong with the files that outlive a host; empty when all are whole. */
export async function findStateFaults({ state }: SoakFolder): Promise<readonly string[]> {
  const faults: string[] = [];
  const attempt = async (name: string, check: () => unknown): Promise<void> => {
    try {
      await check();
    } catch (error) {
      faults.push(`${name}: ${String(error)}`);
    }
  };
  await attempt('the trust store', () => {
    const store = new TrustStoreImpl({ persistPath: join(state, StateFile.TRUST) });
    if (store.listTrustedSigners().length !== 1) throw new Error('its signer is gone');
  });
  await attempt('the lock file', () => {
    const file = join(state, StateFile.LOCK);
    if (existsSync(file)) PluginLock.parse(readFileSync(file, 'utf8'));
  });
  await attempt('the audit log', async () => {
    const file = join(state, StateFile.AUDIT);
    if (!existsSync(file) || statSync(file).size === 0) return;
    const { isIntact, broken } = await verifyAuditLog(file);
    if (!isIntact) throw new Error(`line ${broken?.line ?? 0}: ${broken?.reason ?? ''}`);
  });
  return faults;
}
