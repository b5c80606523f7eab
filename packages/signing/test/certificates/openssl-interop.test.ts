import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  createCertificateRequest,
  parseCertificateRequest,
} from '../../src/certificates/certificate-request.ts';
import { createCrl } from '../../src/certificates/create-crl.ts';
import { exportPkcs12 } from '../../src/certificates/export-pkcs12.ts';
import { generateCertificate } from '../../src/certificates/generate-certificate.ts';
import { importPkcs12 } from '../../src/certificates/import-pkcs12.ts';
import { issueCertificate } from '../../src/certificates/issue-certificate.ts';
import { parseCertificate } from '../../src/certificates/parse-certificate.ts';
import { parseCrl } from '../../src/certificates/parse-crl.ts';
import { validateCertificateChain } from '../../src/certificates/validate-certificate-chain.ts';

// Making RSA keys and deriving keys from passphrases takes its time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'truthound-openssl-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function put(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Output of `openssl`, both streams; throws with it where the exit code is not 0. */
function openssl(...args: readonly string[]): string {
  return execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], cwd: folder });
}

const isInstalled = ((): boolean => {
  try {
    return execFileSync('openssl', ['version'], { encoding: 'utf8' }).startsWith('OpenSSL 3');
  } catch {
    return false;
  }
})();

describe.skipIf(!isInstalled).each(['RSA-2048', 'P-256', 'P-384', 'Ed25519'] as const)(
  '%s and OpenSSL',
  (keyType) => {
    async function createChain(): Promise<
      Record<'root' | 'middle' | 'leaf' | 'leafKey' | 'rootKey', string>
    > {
      const root = await generateCertificate({ subject: 'Root', isCa: true, keyType });
      const [middleKey, leafKey] = await Promise.all(
        [1, 2].map(async () => (await generateCertificate({ subject: 'Key', keyType })).privateKey),
      );
      if (middleKey === undefined || leafKey === undefined) throw new Error('two keys are needed');
      const middle = issueCertificate({
        issuerCertificate: root.certificate,
        issuerKey: root.privateKey,
        subject: { commonName: 'Middle', organization: 'Acme', country: 'DE' },
        publicKey: createPublicKey(middleKey),
        isCa: true,
        pathLength: 0,
        nameConstraints: {
          permitted: [
            { type: 'dns', value: 'example.com' },
            { type: 'ip', value: '10.0.0.0/8' },
          ],
          excluded: [{ type: 'email', value: 'evil.org' }],
        },
      });
      const leaf = issueCertificate({
        issuerCertificate: middle.certificate,
        issuerKey: middleKey,
        csr: createCertificateRequest({ subject: 'Signer', privateKey: leafKey }),
        subjectAltNames: [
          { type: 'dns', value: 'plugins.example.com' },
          { type: 'ip', value: '10.1.2.3' },
        ],
      });
      return {
        root: root.certificate,
        rootKey: root.privateKey,
        middle: middle.certificate,
        leaf: leaf.certificate,
        leafKey,
      };
    }

    test('agree that an issued chain is valid, in strict mode', async () => {
      const { root, middle, leaf } = await createChain();
      const args = ['-CAfile', put('root.pem', root), '-untrusted', put('middle.pem', middle)];
      expect(openssl('verify', '-x509_strict', '-auth_level', '2', ...args, put('leaf.pem', leaf))).toContain(
        'OK',
      );
      const ours = validateCertificateChain({ leaf, intermediates: [middle], roots: [root], at: new Date() });
      expect(ours.errors).toEqual([]);
    });

    test('agree on a request, and on who signed it', async () => {
      const { leafKey } = await createChain();
      const csr = createCertificateRequest({
        subject: { commonName: 'Dev', organization: 'Acme' },
        privateKey: leafKey,
      });
      expect(openssl('req', '-verify', '-noout', '-subject', '-in', put('r.pem', csr))).toMatch(
        /O = Acme, CN = Dev/u,
      );
      openssl(
        'req',
        '-new',
        '-key',
        put('key.pem', leafKey),
        '-subj',
        '/O=Acme/CN=Dev',
        '-out',
        'theirs.pem',
      );
      const theirs = parseCertificateRequest(readFileSync(join(folder, 'theirs.pem')));
      expect(theirs).toMatchObject({ subject: 'CN=Dev,O=Acme', keyId: parseCertificateRequest(csr).keyId });
    });

    test('agree on a revocation list', async () => {
      const { root, rootKey, middle, leaf } = await createChain();
      const revoked = [
        { serial: parseCertificate(middle).serial, revokedAt: new Date(), reason: 'cACompromise' },
      ] as const;
      const empty = createCrl({ issuerCertificate: root, issuerKey: rootKey, number: 1, revoked: [] });
      const full = createCrl({ issuerCertificate: root, issuerKey: rootKey, number: 2, revoked });
      const check = (crl: string): string =>
        openssl(
          'verify',
          '-x509_strict',
          '-crl_check',
          '-CRLfile',
          crl,
          '-CAfile',
          put('root.pem', root),
          put('m.pem', middle),
        );
      expect(check(put('empty.pem', empty))).toContain('OK');
      expect(() => check(put('full.pem', full))).toThrow(/certificate revoked/u);
      expect(openssl('crl', '-noout', '-text', '-in', 'full.pem')).toMatch(/CA Compromise/u);
      const ours = validateCertificateChain({
        leaf,
        intermediates: [middle],
        roots: [root],
        crls: [full],
        at: new Date(),
      });
      expect(ours.errors[0]?.code).toBe('ERR_CERTIFICATE_REVOKED');
    });

    test('read the PKCS#12 files of each other', async () => {
      const { root, middle, leaf, leafKey } = await createChain();
      const passphrase = 'größer als acht';
      const file = await exportPkcs12({
        privateKey: leafKey,
        certificate: leaf,
        chain: [middle, root],
        passphrase,
      });
      const listing = openssl(
        'pkcs12',
        '-in',
        put('ours.p12', file),
        '-passin',
        `pass:${passphrase}`,
        '-nodes',
      );
      expect(listing.match(/BEGIN CERTIFICATE/gu)).toHaveLength(3);
      expect(listing).toContain('BEGIN PRIVATE KEY');
      expect(await importPkcs12(file, passphrase)).toEqual({
        privateKey: leafKey,
        certificate: leaf,
        chain: [middle, root],
      });

      const files = [
        put('key.pem', leafKey),
        put('leaf.pem', leaf),
        put('chain.pem', middle + root),
      ] as const;
      openssl(
        'pkcs12',
        '-export',
        '-inkey',
        files[0],
        '-in',
        files[1],
        '-certfile',
        files[2],
        '-out',
        'theirs.p12',
        '-passout',
        'pass:theirs12',
      );
      const theirs = await importPkcs12(readFileSync(join(folder, 'theirs.p12')), 'theirs12');
      expect(theirs).toEqual({ privateKey: leafKey, certificate: leaf, chain: [middle, root] });
    });
  },
);

describe.skipIf(!isInstalled)('certificates made by OpenSSL', () => {
  test('are read and validated', () => {
    openssl(
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem',
      '-subj',
      '/O=Acme/CN=OpenSSL CA',
      '-addext',
      'keyUsage=critical,keyCertSign,cRLSign',
    );
    openssl(
      'req',
      '-new',
      '-newkey',
      'ed25519',
      '-nodes',
      '-keyout',
      's.key',
      '-out',
      's.csr',
      '-subj',
      '/CN=OpenSSL Signer',
    );
    put('ext.cnf', 'keyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning\n');
    openssl(
      'x509',
      '-req',
      '-in',
      's.csr',
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-extfile',
      'ext.cnf',
      '-out',
      's.pem',
    );
    const [leaf, ca] = ['s.pem', 'ca.pem'].map((name) => readFileSync(join(folder, name), 'utf8'));
    const result = validateCertificateChain({ leaf: leaf ?? '', roots: [ca ?? ''], at: new Date() });
    expect(result.errors).toEqual([]);
    expect(result.path.map(({ subject }) => subject)).toEqual(['CN=OpenSSL Signer', 'CN=OpenSSL CA,O=Acme']);
  });

  test('with a legacy PKCS#12 are refused with the remedy', async () => {
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      'l.key',
      '-out',
      'l.pem',
      '-subj',
      '/CN=Old',
    );
    const common = ['pkcs12', '-export', '-inkey', 'l.key', '-in', 'l.pem', '-passout', 'pass:legacy12'];
    openssl(...common, '-macalg', 'sha1', '-out', 'sha1.p12');
    openssl(...common, '-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-out', '3des.p12');
    const read = (name: string): Promise<unknown> =>
      importPkcs12(readFileSync(join(folder, name)), 'legacy12');
    await expect(read('sha1.p12')).rejects.toThrow(/export it again with "-macalg sha256"/u);
    await expect(read('3des.p12')).rejects.toThrow(/not PBES2; convert it with "openssl pkcs12/u);
  });

  test('lists of OpenSSL are read', () => {
    openssl(
      'req',
      '-x509',
      '-newkey',
      'ed25519',
      '-nodes',
      '-keyout',
      'c.key',
      '-out',
      'c.pem',
      '-subj',
      '/CN=Crl CA',
    );
    put('index.txt', '');
    put('crlnumber', '01\n');
    put(
      'ca.cnf',
      `[ca]\ndefault_ca=x\n[x]\ndatabase=index.txt\ncrlnumber=crlnumber\ndefault_md=null\ncrl_extensions=e\n[e]\nauthorityKeyIdentifier=keyid\n`,
    );
    openssl(
      'ca',
      '-config',
      'ca.cnf',
      '-gencrl',
      '-keyfile',
      'c.key',
      '-cert',
      'c.pem',
      '-crldays',
      '7',
      '-md',
      'sha256',
      '-out',
      'c.crl',
    );
    expect(parseCrl(readFileSync(join(folder, 'c.crl'))).issuer).toBe('CN=Crl CA');
    expect(createPrivateKey(readFileSync(join(folder, 'c.key'))).type).toBe('private');
  });
});
