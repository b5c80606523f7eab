/**
 * What validating a chain of four certificates costs, beside the least that Node can do and beside node-forge.
 *
 *   node --conditions=@truthound/source benchmarks/signing-certificates/run.ts [rounds]
 *
 * The naive loop parses with X509Certificate and checks issuer, signature and dates, and nothing else:
 * no path building, key usage, path length, name constraints, revocation. node-forge can do RSA alone.
 * All contenders of a table run in turn in one process; each sample is the mean of a batch.
 */
import { X509Certificate, createPublicKey } from 'node:crypto';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { createCrl } from '../../packages/signing/src/certificates/create-crl.ts';
import {
  type CertificateKeyType,
  generateCertificate,
} from '../../packages/signing/src/certificates/generate-certificate.ts';
import { issueCertificate } from '../../packages/signing/src/certificates/issue-certificate.ts';
import { parseCertificate } from '../../packages/signing/src/certificates/parse-certificate.ts';
import { parseCrl } from '../../packages/signing/src/certificates/parse-crl.ts';
import { validateCertificateChain } from '../../packages/signing/src/certificates/validate-certificate-chain.ts';

/** The part of node-forge that is measured; resolved as the signing package resolves it. */
interface Forge {
  readonly pki: {
    certificateFromPem(pem: string): unknown;
    createCaStore(pems: readonly string[]): unknown;
    verifyCertificateChain(store: unknown, chain: readonly unknown[]): boolean;
  };
}

const forge = createRequire(new URL('../../packages/signing/package.json', import.meta.url))(
  'node-forge',
) as Forge;
const rounds = Number(process.argv[2] ?? 60);
const BATCH = 20;

interface Chain {
  /** Root first. */
  readonly pems: readonly [string, string, string, string];
  readonly crls: readonly string[];
}

async function createChain(keyType: CertificateKeyType): Promise<Chain> {
  const root = await generateCertificate({ subject: 'Root', isCa: true, keyType });
  const issueBelow = async (
    issuer: { certificate: string; privateKey: string },
    subject: string,
    isCa: boolean,
  ): Promise<{ certificate: string; privateKey: string }> => {
    const { privateKey } = await generateCertificate({ subject: 'key', keyType });
    const { certificate } = issueCertificate({
      issuerCertificate: issuer.certificate,
      issuerKey: issuer.privateKey,
      subject,
      publicKey: createPublicKey(privateKey),
      isCa,
    });
    return { certificate, privateKey };
  };
  const upper = await issueBelow(root, 'Upper', true);
  const lower = await issueBelow(upper, 'Lower', true);
  const leaf = await issueBelow(lower, 'Signer', false);
  const crls = [root, upper, lower].map(({ certificate, privateKey }) =>
    createCrl({ issuerCertificate: certificate, issuerKey: privateKey, number: 1, revoked: [] }),
  );
  return { pems: [root.certificate, upper.certificate, lower.certificate, leaf.certificate], crls };
}

function isValidNaively(pems: readonly string[], at: Date): boolean {
  const certificates = pems.map((pem) => new X509Certificate(pem));
  return certificates.every((certificate, index) => {
    const issuer = certificates[Math.max(0, index - 1)] ?? certificate;
    const isInTime = certificate.validFromDate <= at && at <= certificate.validToDate;
    return isInTime && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  });
}

function contendersFor({ pems, crls }: Chain, withForge: boolean): ReadonlyMap<string, () => boolean> {
  const at = new Date();
  const [root, upper, lower, leaf] = pems;
  const parsed = pems.map((pem) => parseCertificate(pem));
  const parsedCrls = crls.map((crl) => parseCrl(crl));
  const [parsedRoot, parsedUpper, parsedLower, parsedLeaf] = parsed;
  if (!parsedRoot || !parsedUpper || !parsedLower || !parsedLeaf)
    throw new Error('a chain has four certificates');
  const contenders = new Map<string, () => boolean>([
    [
      'ours, from PEM',
      () => validateCertificateChain({ leaf, intermediates: [upper, lower], roots: [root], at }).isValid,
    ],
    [
      'ours, from PEM, three revocation lists',
      () =>
        validateCertificateChain({
          leaf,
          intermediates: [upper, lower],
          roots: [root],
          at,
          crls,
          requireCrls: true,
        }).isValid,
    ],
    [
      'ours, parsed before, signatures remembered',
      () =>
        validateCertificateChain({
          leaf: parsedLeaf,
          intermediates: [parsedUpper, parsedLower],
          roots: [parsedRoot],
          at,
          crls: parsedCrls,
        }).isValid,
    ],
    ['naive X509Certificate loop', () => isValidNaively(pems, at)],
  ]);
  if (withForge) {
    contenders.set('node-forge verifyCertificateChain', () => {
      const chain = [leaf, lower, upper].map((pem) => forge.pki.certificateFromPem(pem));
      return forge.pki.verifyCertificateChain(forge.pki.createCaStore([root]), chain);
    });
  }
  return contenders;
}

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? NaN;
}

function measure(contenders: ReadonlyMap<string, () => boolean>): void {
  const samples = new Map([...contenders.keys()].map((name) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of contenders) {
      const start = performance.now();
      for (let index = 0; index < BATCH; index++)
        if (!run()) throw new Error(`${name} refuses a valid chain`);
      samples.get(name)?.push(((performance.now() - start) * 1000) / BATCH);
    }
  }
  const base = median(samples.get('ours, from PEM') ?? []);
  for (const [name, times] of samples) {
    // The first tenth warms up.
    const steady = times.slice(Math.ceil(times.length / 10));
    const [middle, least] = [median(steady), Math.min(...steady)];
    console.log(
      `  ${name.padEnd(44)} median ${middle.toFixed(0).padStart(6)} us   least ${least.toFixed(0).padStart(6)} us   ${(middle / base).toFixed(2)} x`,
    );
  }
}

console.log(
  `Node ${process.versions.node}, OpenSSL ${process.versions.openssl}, ${cpus()[0]?.model ?? 'unknown CPU'}`,
);
for (const keyType of ['RSA-2048', 'P-256', 'Ed25519'] as const) {
  console.log(`chain of 4, ${keyType}`);
  measure(contendersFor(await createChain(keyType), keyType === 'RSA-2048'));
}
