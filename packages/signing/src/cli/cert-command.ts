import { generateCertificate } from '../certificates/generate-certificate.ts';
import { type IssuedCertificate, issueCertificate } from '../certificates/issue-certificate.ts';
import type { Command, CommandContext } from './command.ts';
import { KEY_OPTIONS, loadPrivateKey, loadPublicKey, readText } from './key-source.ts';
import { writeNew } from './keygen-command.ts';

/** Makes a certificate: by itself for `--key`, or for `--public-key` by an issuer. */
export const certCommand: Command = {
  name: 'cert',
  summary: 'make a certificate',
  usage:
    '--subject <name> --out <file> [--ca] [--path-length <n>] [--days <n>]\n    (--key <file> | --public-key <file> --issuer-cert <file> --issuer-key <file>)',
  options: {
    ...KEY_OPTIONS,
    subject: { type: 'string' },
    out: { type: 'string' },
    ca: { type: 'boolean' },
    'path-length': { type: 'string' },
    days: { type: 'string' },
    'public-key': { type: 'string' },
    'issuer-cert': { type: 'string' },
    'issuer-key': { type: 'string' },
    'issuer-key-env': { type: 'string' },
  },
  async run(context) {
    const out = context.options.required('out');
    const { certificate, certId, keyId, notAfter } = await makeCertificate(context);
    await writeNew(out, certificate, 0o644);
    return {
      lines: [
        `wrote the certificate to ${out}`,
        `certificate id ${certId}`,
        `valid until ${notAfter.toISOString()}`,
      ],
      data: { certId, keyId, notAfter, certificateFile: out },
    };
  },
};

async function makeCertificate(context: CommandContext): Promise<IssuedCertificate> {
  const { options } = context;
  const profile = {
    subject: options.required('subject'),
    isCa: options.flag('ca'),
    pathLength: options.number('path-length'),
    validityDays: options.number('days'),
    now: context.now,
  };
  const issuerFile = options.text('issuer-cert');
  if (issuerFile === undefined) {
    return generateCertificate({ ...profile, privateKey: (await loadPrivateKey(context)).key });
  }
  return issueCertificate({
    ...profile,
    issuerCertificate: await readText(issuerFile),
    issuerKey: (await loadPrivateKey(context, 'issuer-')).key,
    publicKey: (await loadPublicKey(options.required('public-key'))).key,
  });
}
