import { SignatureError, TrustLevel, parseJson } from '@truthound/protocols';
import { isObject } from '../is-object.ts';
import { DOCUMENT_TYPES } from '../signed-document.ts';
import { TrustStoreImpl } from '../trust-store.ts';
import { type Command, type CommandContext, UsageError } from './command.ts';
import { loadPublicKey, readText } from './key-source.ts';
import { toAlgorithm } from './keygen-command.ts';

const STORE = { store: { type: 'string' } } as const;

/** The trust store that `--store` names. @throws UsageError, TrustStoreError */
export function storeOf({ options, now }: CommandContext): TrustStoreImpl {
  return new TrustStoreImpl({ persistPath: options.required('store'), now });
}

/** Trusts a key or a certificate. */
export const trustAddCommand: Command = {
  name: 'trust add',
  summary: 'trust a key or a certificate',
  usage:
    '--store <file> (--public-key <file> --signer <name> [--plugin <pattern>…] [--algorithm <name>] | --cert <file>)\n    [--level trusted|verified]',
  options: {
    ...STORE,
    'public-key': { type: 'string' },
    signer: { type: 'string' },
    plugin: { type: 'string', multiple: true },
    algorithm: { type: 'string' },
    cert: { type: 'string' },
    level: { type: 'string' },
  },
  async run(context) {
    const { options } = context;
    const trustLevel = toLevel(options.text('level') ?? TrustLevel.TRUSTED);
    const [keyFile, certFile] = [options.text('public-key'), options.text('cert')];
    if ((keyFile === undefined) === (certFile === undefined))
      throw new UsageError('give either --public-key or --cert');
    if (keyFile === undefined) {
      const cert = await readText(certFile ?? '');
      const certId = await storeOf(context).addTrustedCertificate({ cert, trustLevel });
      return { lines: [`certificate ${certId} is ${trustLevel}`], data: { certId, trustLevel } };
    }
    const given = options.text('algorithm');
    const algorithm = given === undefined ? undefined : toAlgorithm(given);
    const patterns = options.list('plugin');
    const signerId = options.required('signer');
    const keyId = await storeOf(context).addTrustedKey({
      key: (await loadPublicKey(keyFile, algorithm)).key,
      signerId,
      trustLevel,
      ...(algorithm === undefined ? {} : { algorithm }),
      ...(patterns.length === 0 ? {} : { pluginIds: patterns }),
    });
    return {
      lines: [`key ${keyId} of "${signerId}" is ${trustLevel}`],
      data: { keyId, signerId, trustLevel },
    };
  },
};

/** Lists what a store holds. Never a secret. */
export const trustListCommand: Command = {
  name: 'trust list',
  summary: 'list keys, certificates and trusted signers',
  usage: '--store <file>',
  options: STORE,
  async run(context) {
    const store = storeOf(context);
    const [keys, certificates, signers] = [
      store.listKeys(),
      store.listCertificates(),
      store.listTrustedSigners(),
    ];
    const lines = [
      ...keys.map(
        ({ keyId, signerId, trustLevel, isRevoked, pluginIds }) =>
          `key ${keyId}  ${isRevoked ? 'REVOKED' : trustLevel}  "${signerId}"  ${pluginIds?.join(', ') ?? 'all plugins'}`,
      ),
      ...certificates.map(
        ({ certId, subject, trustLevel, notAfter }) =>
          `certificate ${certId}  ${trustLevel}  ${subject}  until ${notAfter.toISOString()}`,
      ),
      `trusted signers: ${signers.length === 0 ? 'none' : signers.join(', ')}`,
    ];
    return {
      lines,
      data: { keys, certificates, trustedSigners: signers, revocationsDueAt: store.revocationsDueAt },
    };
  },
};

/** Withdraws a key, a certificate, a plugin's bytes or versions. */
export const trustRevokeCommand: Command = {
  name: 'trust revoke',
  summary: 'withdraw a key, a certificate, or versions of a plugin',
  usage:
    '--store <file> --reason <text> [--since <time>]\n    (--key-id <id> | --cert-id <id> | --serial <hex> | --digest <hash> | --plugin <id> [--from <version>] [--before <version>])',
  options: {
    ...STORE,
    reason: { type: 'string' },
    since: { type: 'string' },
    'key-id': { type: 'string' },
    'cert-id': { type: 'string' },
    serial: { type: 'string' },
    digest: { type: 'string' },
    plugin: { type: 'string' },
    from: { type: 'string' },
    before: { type: 'string' },
  },
  async run(context) {
    const { options } = context;
    const given = {
      keyId: options.text('key-id'),
      certId: options.text('cert-id'),
      serial: options.text('serial'),
      digest: options.text('digest'),
      pluginId: options.text('plugin'),
      fromVersion: options.text('from'),
      beforeVersion: options.text('before'),
      since: options.time('since'),
    };
    const subject = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    const isKnown = await storeOf(context).revokeCertificate({
      ...subject,
      reason: options.required('reason'),
    });
    const note = isKnown ? 'revoked' : 'revoked, though the store does not hold it';
    return { lines: [note], data: { isRevoked: true, isKnown } };
  },
};

/** Takes over a signed document: a revocation list, a key rotation, a trust root. */
export const trustImportCommand: Command = {
  name: 'trust import',
  summary: 'take over a signed revocation list, key rotation or trust root',
  usage: '<file> --store <file>',
  options: STORE,
  async run(context) {
    const [file, extra] = context.positionals;
    if (file === undefined || extra !== undefined) throw new UsageError('give one signed document');
    const text = await readText(file);
    const store = storeOf(context);
    const importers: Readonly<Record<string, () => Promise<boolean>>> = {
      [DOCUMENT_TYPES.revocations]: () => store.importRevocations(text),
      [DOCUMENT_TYPES.rotation]: () => store.rotateKey(text),
      [DOCUMENT_TYPES.root]: () => store.updateTrustRoot(text),
    };
    const type = payloadTypeOf(text);
    const run = Object.hasOwn(importers, type) ? importers[type] : undefined;
    if (run === undefined)
      throw new SignatureError(`"${file}" is not a document that a trust store takes over`);
    const isNew = await run();
    return { lines: [isNew ? `took over ${type}` : 'known already'], data: { type, isNew } };
  },
};

function payloadTypeOf(text: string): string {
  try {
    const json: unknown = parseJson(text);
    return isObject(json) && typeof json['payloadType'] === 'string' ? json['payloadType'] : '';
  } catch {
    return '';
  }
}

function toLevel(text: string): TrustLevel {
  const level = [TrustLevel.TRUSTED, TrustLevel.VERIFIED].find((each) => each === text);
  if (level === undefined) throw new UsageError(`--level is "trusted" or "verified", not "${text}"`);
  return level;
}
