/** A time-stamping authority run by `openssl ts`. */
import { execFileSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateCertificate } from '../../src/certificates/generate-certificate.ts';
import { issueCertificate } from '../../src/certificates/issue-certificate.ts';
import type { TimestampSource } from '../../src/timestamps/add-timestamp.ts';

const DAY_MS = 86_400_000;

export interface OpensslAuthority {
  readonly root: string;
  readonly source: TimestampSource;
  /** The authority's answer to a query, in DER. */
  reply(query: Uint8Array): Uint8Array;
  /** What openssl reads in a query or an answer. */
  describe(kind: 'query' | 'reply', der: Uint8Array): string;
  dispose(): void;
}

export const hasOpenssl: boolean = ((): boolean => {
  try {
    return execFileSync('openssl', ['version'], { encoding: 'utf8' }).startsWith('OpenSSL 3');
  } catch {
    return false;
  }
})();

/** An authority with a certificate below a root of its own. `openssl ts` stamps with the time of this machine. */
export async function createOpensslAuthority(
  options: { readonly keyType?: 'rsa' | 'ec'; readonly certificateHash?: 'sha1' | 'sha256' } = {},
): Promise<OpensslAuthority> {
  const { keyType = 'rsa', certificateHash = 'sha256' } = options;
  const folder = mkdtempSync(join(tmpdir(), 'truthound-tsa-'));
  const put = (name: string, content: string | Uint8Array): void => {
    writeFileSync(join(folder, name), content);
  };
  const openssl = (...args: readonly string[]): string =>
    execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], cwd: folder });
  const notBefore = new Date(Date.now() - 10 * DAY_MS);
  const root = await generateCertificate({ subject: 'Stamping Root', isCa: true, notBefore });
  const { privateKey } =
    keyType === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { certificate } = issueCertificate({
    issuerCertificate: root.certificate,
    issuerKey: root.privateKey,
    subject: 'Stamping Authority',
    publicKey: createPublicKey(privateKey),
    extendedKeyUsage: ['timeStamping'],
    notBefore,
    validityDays: 20,
  });
  put('root.pem', root.certificate);
  put('tsa.pem', certificate);
  put('tsa.key', privateKey.export({ type: 'pkcs8', format: 'pem' }));
  put('serial', '01\n');
  put(
    'tsa.cnf',
    [
      '[tsa]',
      'default_tsa = authority',
      '[authority]',
      'serial = ./serial',
      'signer_cert = ./tsa.pem',
      'certs = ./root.pem',
      'signer_key = ./tsa.key',
      'signer_digest = sha256',
      'default_policy = 1.2.3.4.1',
      'digests = sha256, sha384, sha512',
      'accuracy = secs:1, millisecs:500, microsecs:100',
      'clock_precision_digits = 3',
      'ordering = yes',
      'tsa_name = yes',
      'ess_cert_id_chain = yes',
      `ess_cert_id_alg = ${certificateHash}`,
    ].join('\n'),
  );
  const reply = (query: Uint8Array): Uint8Array => {
    put('query.tsq', query);
    openssl('ts', '-reply', '-config', 'tsa.cnf', '-queryfile', 'query.tsq', '-out', 'reply.tsr');
    return readFileSync(join(folder, 'reply.tsr'));
  };
  return {
    root: root.certificate,
    source: ({ query }) => reply(query),
    reply,
    describe(kind, der) {
      put('file.der', der);
      return openssl('ts', `-${kind}`, '-in', 'file.der', '-text');
    },
    dispose: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
