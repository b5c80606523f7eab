import { appendFile, rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import {
  SignatureError,
  SignatureExpiredError,
  SignatureTamperError,
  TrustLevel,
  UntrustedSignerError,
} from '@truthound/protocols';
import { SigningServiceImpl, generateKeyPair, writeSignatures } from '@truthound/signing';
import { SIGNER, type Workshop } from '../workshop.ts';
import { type Inmate, bait, withManifest } from './inmate.ts';

async function signAt(workshop: Workshop, id: string, time: string, validityDays: number): Promise<void> {
  const { publicKey, privateKey } = await generateKeyPair('ED25519');
  await workshop.store.addTrustedKey({ key: publicKey, signerId: id, trustLevel: TrustLevel.TRUSTED });
  const service = new SigningServiceImpl({ signerId: id, validityDays, now: () => new Date(time) });
  const pluginPath = workshop.pluginPath(id);
  await writeSignatures(pluginPath, [await service.sign({ pluginPath, privateKey })]);
}

/** Those that no code of is ever run. */

/** Plugins whose files are not what somebody trusted has signed, or whose signature does not count. */
export const BADLY_SIGNED: readonly Inmate[] = [
  {
    id: 'unsigned',
    at: 'load',
    error: SignatureError,
    message: /not signed/,
    build: withManifest('unsigned', { sign: false }),
  },
  {
    id: 'tampered',
    at: 'load',
    error: SignatureTamperError,
    message: /index\.js.*was modified/,
    async build(workshop: Workshop, canary: string): Promise<void> {
      await workshop.plugin('tampered', bait(canary));
      await appendFile(join(workshop.pluginPath('tampered'), 'index.js'), ' ');
    },
  },
  {
    id: 'extra-file',
    at: 'load',
    error: SignatureTamperError,
    message: /added\.js.*not in the signed list/,
    async build(workshop: Workshop, canary: string): Promise<void> {
      await workshop.plugin('extra-file', bait(canary));
      await workshop.write('extra-file', 'added.js', '');
    },
  },
  {
    id: 'lying-manifest',
    at: 'load',
    error: SignatureTamperError,
    message: /package\.json/,
    async build(workshop: Workshop, canary: string): Promise<void> {
      const recipe = { ...bait(canary), manifest: { permissions: { network: true } } };
      await workshop.plugin('lying-manifest', recipe);
      // It was signed as one that wants the network, and says that it wants nothing.
      await workshop.plugin('lying-manifest', { ...bait(canary), sign: false });
    },
  },
  {
    id: 'borrowed-signature',
    at: 'load',
    error: SignatureTamperError,
    message: /modified|another|something else/,
    async build(workshop: Workshop, canary: string): Promise<void> {
      await workshop.plugin('borrowed-signature');
      const signatures = await workshop.signatures('borrowed-signature');
      await workshop.plugin('borrowed-signature', { ...bait(canary), sign: false });
      await writeSignatures(workshop.pluginPath('borrowed-signature'), signatures);
    },
  },
  {
    id: 'wrong-signer',
    at: 'load',
    error: UntrustedSignerError,
    message: /not in the trust store/,
    async build(workshop: Workshop, canary: string): Promise<void> {
      await workshop.plugin('wrong-signer', { ...bait(canary), sign: false });
      await workshop.sign('wrong-signer', (await generateKeyPair('ED25519')).privateKey, SIGNER);
    },
  },
  {
    id: 'revoked-signer',
    at: 'load',
    error: UntrustedSignerError,
    message: /revoked/,
    async build(workshop: Workshop, canary: string): Promise<void> {
      await workshop.plugin('revoked-signer', { ...bait(canary), sign: false });
      await workshop.sign('revoked-signer', await workshop.addSigner('fallen'), 'fallen');
      await workshop.store.setSignerTrust('fallen', TrustLevel.REVOKED);
    },
  },
  {
    id: 'revoked-version',
    at: 'load',
    error: UntrustedSignerError,
    message: /revoked.*back door/,
    async build(workshop: Workshop, canary: string): Promise<void> {
      await workshop.plugin('revoked-version', bait(canary));
      const [signature] = await workshop.signatures('revoked-version');
      await workshop.store.revokeCertificate({
        digest: signature?.metadata.pluginHash ?? '',
        reason: 'has a back door',
      });
    },
  },
  {
    id: 'expired',
    at: 'load',
    error: SignatureExpiredError,
    message: /expired/,
    async build(workshop: Workshop, canary: string): Promise<void> {
      await workshop.plugin('expired', { ...bait(canary), sign: false });
      await signAt(workshop, 'expired', '2020-01-01', 1);
    },
  },
  {
    id: 'too-old',
    at: 'load',
    error: SignatureExpiredError,
    message: /365|older|age/,
    async build(workshop: Workshop, canary: string): Promise<void> {
      await workshop.plugin('too-old', { ...bait(canary), sign: false });
      await signAt(workshop, 'too-old', '2020-01-01', 36_500);
    },
  },
  {
    id: 'lonely-signer',
    at: 'load',
    error: SignatureError,
    message: /1 distinct signer with a key of its own.*2 needed/,
    build: withManifest('lonely-signer', {}),
  },
  {
    id: 'linked',
    at: 'load',
    error: SignatureError,
    message: /passwords/,
    async build(workshop: Workshop, canary: string): Promise<void> {
      await workshop.plugin('linked', bait(canary));
      await symlink('/etc/passwd', join(workshop.pluginPath('linked'), 'passwords'));
    },
  },
  {
    id: 'symlinked',
    at: 'load',
    error: SignatureError,
    message: /symlinked/,
    async build(workshop: Workshop, canary: string): Promise<void> {
      await workshop.plugin('symlinked', bait(canary));
      await rename(workshop.pluginPath('symlinked'), join(workshop.root, 'elsewhere'));
      await symlink(join(workshop.root, 'elsewhere'), workshop.pluginPath('symlinked'));
    },
  },
];
