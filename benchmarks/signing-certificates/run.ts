/**
 * What validating a chain of four certificates costs, beside the least that Node can do and beside node-forge:
 * `npm run bench -- signing-certificates`
 *
 * The naive loop parses with X509Certificate and checks issuer, signature and dates, and nothing else:
 * no path building, key usage, path length, name constraints, revocation. node-forge can do RSA alone.
 */
import { X509Certificate, createPublicKey } from 'node:crypto';
import { createRequire } from 'node:module';
import { createCrl } from '../../packages/signing/src/certificates/create-crl.ts';
import {
  type CertificateKeyType,
  generateCertificate,
} from '../../packages/signing/src/certificates/generate-certificate.ts';
import { issueCertificate } from '../../packages/signing/src/certificates/issue-certificate.ts';
import { parseCertificate } from '../../packages/signing/src/certificates/parse-certificate.ts';
import { parseCrl } from '../../packages/signing/src/certificates/parse-crl.ts';
import { validateCertificateChain } from '../../packages/signing/src/certificates/validate-certificate-chain.ts';

import { type Contender, compare } from '../harness/compare.ts';
import { type Comparison, type Figure, Role, rowOf } from '../harness/figures.ts';
import { runSuite } from '../harness/run-suite.ts';

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
/** Chains that one sample validates. */
const BATCH = 20;
const OURS = 'ours, from PEM';

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

function contendersFor({ pems, crls }: Chain, withForge: boolean): readonly Contender[] {
  const at = new Date();
  const [root, upper, lower, leaf] = pems;
  const parsed = pems.map((pem) => parseCertificate(pem));
  const parsedCrls = crls.map((crl) => parseCrl(crl));
  const [parsedRoot, parsedUpper, parsedLower, parsedLeaf] = parsed;
  if (!parsedRoot || !parsedUpper || !parsedLower || !parsedLeaf)
    throw new Error('a chain has four certificates');
  const fromPem = { leaf, intermediates: [upper, lower], roots: [root], at };
  const fromParsed = {
    leaf: parsedLeaf,
    intermediates: [parsedUpper, parsedLower],
    roots: [parsedRoot],
    at,
    crls: parsedCrls,
  };
  return [
    batch('naive X509Certificate loop', Role.FLOOR, () => isValidNaively(pems, at)),
    batch(OURS, Role.OURS, () => validateCertificateChain(fromPem).isValid),
    batch(
      'ours, from PEM, three revocation lists',
      Role.OURS,
      () => validateCertificateChain({ ...fromPem, crls, requireCrls: true }).isValid,
    ),
    batch(
      'ours, parsed before, signatures remembered',
      Role.OURS,
      () => validateCertificateChain(fromParsed).isValid,
    ),
    ...(withForge
      ? [
          batch('node-forge verifyCertificateChain', Role.PEER, () => {
            const chain = [leaf, lower, upper].map((pem) => forge.pki.certificateFromPem(pem));
            return forge.pki.verifyCertificateChain(forge.pki.createCaStore([root]), chain);
          }),
        ]
      : []),
  ];
}

function batch(name: string, role: Role, isValid: () => boolean): Contender {
  const run = (): void => {
    for (let index = 0; index < BATCH; index += 1)
      if (!isValid()) throw new Error(`${name} refuses a valid chain`);
  };
  return { name, role, run };
}

await runSuite(async ({ rounds }) => {
  const comparisons: Comparison[] = [];
  const figures: Figure[] = [];
  for (const keyType of ['RSA-2048', 'P-256', 'Ed25519'] as const) {
    const title = `chain of 4, ${keyType}`;
    const contenders = contendersFor(await createChain(keyType), keyType === 'RSA-2048');
    const comparison = await compare({
      title,
      contenders,
      operations: BATCH,
      rounds: rounds(54),
      warmUps: 6,
    });
    comparisons.push(comparison);
    figures.push({
      // Without waiting for others, which is what a quiet machine shows on the wall.
      what: `CPU time of a ${title}, from PEM`,
      value: rowOf(comparison, OURS).cpu?.value.median ?? Number.NaN,
      unit: 'ms',
      goal: { atMost: 1 },
      why: 'Four signatures are verified, and that alone is most of it.',
    });
  }
  return {
    title: 'What validating certificates costs',
    method:
      'The naive loop checks issuer, signature and dates, and nothing else: no path building, key usage, path length, name constraints, revocation. node-forge can do RSA alone.',
    comparisons,
    figures,
  };
});
