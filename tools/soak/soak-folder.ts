import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  SigningServiceImpl,
  TrustLevel,
  TrustStoreImpl,
  generateKeyPair,
  writeSignatures,
} from '@truthound/enterprise';
import { removeTree } from '../remove-tree.ts';

const SIGNER = 'soak';
const DISK_SIZE = '24m';

/** Where everything of a run lies. */
export interface SoakFolder {
  readonly root: string;
  readonly plugins: string;
  /** Trust store, lock, audit log and snapshots; a small disk of its own where `hasSmallDisk`. */
  readonly state: string;
  /** For `TMPDIR` of the hosts: their scratch folders. */
  readonly scratch: string;
  readonly keyFile: string;
  readonly hasSmallDisk: boolean;
}

/** Names of the files in `state`. */
export const StateFile = {
  TRUST: 'trust.json',
  LOCK: 'truthound.lock',
  AUDIT: 'audit.jsonl',
  SNAPSHOTS: 'snapshots',
} as const;

/** Makes the folders and a trust store that knows who signs. */
export async function createSoakFolder(): Promise<SoakFolder> {
  const root = mkdtempSync(join(tmpdir(), 'truthound-soak-'));
  chmodSync(root, 0o755);
  const folder = (name: string): string => {
    const path = join(root, name);
    mkdirSync(path);
    return path;
  };
  const [plugins, state, scratch] = [folder('plugins'), folder('state'), folder('tmp')];
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_SIZE},mode=755`, 'tmpfs', state]);
  const { publicKey, privateKey } = await generateKeyPair('ED25519');
  const keyFile = join(root, 'key.pem');
  writeFileSync(keyFile, privateKey, { mode: 0o600 });
  const store = new TrustStoreImpl({ persistPath: join(state, StateFile.TRUST) });
  await store.addTrustedKey({ key: publicKey, signerId: SIGNER, trustLevel: TrustLevel.TRUSTED });
  return { root, plugins, state, scratch, keyFile, hasSmallDisk: mounted.status === 0 };
}

/** Removes all of it. */
export async function removeSoakFolder({ root, state, hasSmallDisk }: SoakFolder): Promise<void> {
  if (hasSmallDisk) spawnSync('umount', [state]);
  await removeTree(root);
}

/** Tells the host that it runs, sometimes takes its time, and answers which call it was. */
const CODE = `export const work = async (token) => {
  await truthound.host["ledger.ran"](token);
  if (token % 7 === 0) await new Promise((resolve) => setTimeout(resolve, token % 40));
  return token;
};
`;

/** Writes a version of a plugin and signs it. */
export async function publishPlugin(
  pluginsFolder: string,
  id: string,
  version: string,
  privateKey: string,
): Promise<void> {
  const pluginPath = join(pluginsFolder, id);
  mkdirSync(pluginPath, { recursive: true });
  const truthound = { permissions: { host: ['ledger.ran'] } };
  const packageJson = { name: id, version, type: 'module', exports: './index.js', truthound };
  writeFileSync(join(pluginPath, 'package.json'), JSON.stringify(packageJson));
  writeFileSync(join(pluginPath, 'index.js'), `${CODE}// ${version}\n`);
  const service = new SigningServiceImpl({ signerId: SIGNER });
  await writeSignatures(pluginPath, [await service.sign({ pluginPath, privateKey })]);
}
