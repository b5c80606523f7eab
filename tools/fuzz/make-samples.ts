/**
 * Makes the valid samples of the corpus, with fresh keys. Needed again only when a format changes.
 *
 *   node --conditions=@truthound/source tools/fuzz/make-samples.ts
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PluginManifest, TrustLevel } from '@truthound/protocols';
import {
  SigningServiceImpl,
  TrustStoreImpl,
  createCertificateRequest,
  createCrl,
  generateCertificate,
  generateKeyPair,
  loadKey,
  parseCertificate,
  readSignatures,
  signRevocationList,
  writeSignatures,
} from '@truthound/signing';
import { PluginLock } from '../../packages/enterprise/src/lock/plugin-lock.ts';
import { AuditLog } from '../../packages/enterprise/src/observability/audit-log.ts';
import { encodeValue } from '../../packages/sandbox/src/channel/encode-value.ts';
import { toBinaryHead, toLine } from '../../packages/sandbox/src/channel/frames.ts';
import { createRoot, issueBelow } from '../../packages/signing/test/certificates/test-authority.ts';
import { authorityBelow, makeToken } from '../../packages/signing/test/timestamps/hand-made-token.ts';
import { keepSample } from './corpus.ts';
import { PASSPHRASE } from './targets/pkcs12.ts';
import { AUTHORITY_FILE, STAMPED } from './targets/timestamps.ts';
import { KNOWN_KEY, NEW_KEY, TAKEN_OVER_AT } from './targets/trust-documents.ts';

const folder = mkdtempSync(join(tmpdir(), 'truthound-samples-'));
try {
  makeChannelSamples();
  makeManifests();
  await makeSignatures();
  await makeCertificates();
  makeVersions();
  await makeTrust();
  makeLock();
  await makeAuditLog();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function makeChannelSamples(): void {
  const cycle: Record<string, unknown> = { name: 'cycle', list: [1, 'two', null, true] };
  cycle['self'] = cycle;
  const values: Readonly<Record<string, unknown>> = {
    plain: { rows: [{ id: 1, name: 'a', price: 1.5, tags: ['x', 'y'] }], total: null },
    special: [undefined, NaN, -0, -Infinity, 12n ** 30n, new Date(0), /a-b/giu],
    collections: [
      new Map<unknown, unknown>([
        ['a', 1],
        [{}, new Set([1, 'b'])],
      ]),
      cycle,
    ],
    errors: Object.assign(new TypeError('wrong', { cause: new Error('why') }), { code: 'E_CODE' }),
    keys: { $: ['ref', 0], 'odd key': { $: 1 } },
  };
  for (const [name, value] of Object.entries(values)) {
    const { json } = encodeValue(value, { path: 'value' });
    keepSample('values', `${name}.json`, JSON.stringify(json));
    keepSample('plain-json', `${name}.json`, JSON.stringify(json));
  }
  keepSample(
    'values',
    'bytes.json',
    '{"a":{"$":["bytes",["Uint8Array",1]]},"b":{"$":["bytes",["Float64Array",0]]}}',
  );
  const error = { name: 'Error', message: 'm', stack: 's', code: 1, cause: { name: 'E' }, errors: [{}] };
  const messages: readonly (readonly unknown[])[] = [
    ['hello', 1],
    ['ready', [{ step: 'x', ok: true }]],
    ['loaded', ['run', 'default']],
    ['load-failed', error],
    ['result', 1, values['plain'], false],
    ['result', 2, { $: ['map', [['a', { $: ['undefined', null] }]]] }, true],
    ['error', 1, error],
    ['progress', 1, 0.5, false],
    ['host-call', 3, 'kv.get', ['key'], false],
    ['violation', 'network', 'connect 127.0.0.1:80'],
    ['pull', 1, 16],
    ['cancel', 1],
    ['item', 1, [1, 2], false],
    ['end', 1],
    ['fail', 1, error],
  ];
  for (const message of messages) {
    const name = `${String(message[0])}-${messages.indexOf(message)}.json`;
    keepSample('guest-messages', name, JSON.stringify(message));
  }
  const lines = messages.map(toLine).join('');
  const parts = [Buffer.from('bytes'), Buffer.alloc(0), Buffer.alloc(300, 9)];
  const binary = Buffer.concat([
    toBinaryHead(['result', 1, { $: ['bytes', ['Uint8Array', 0]] }, true], parts),
    ...parts,
  ]);
  keepSample('frames', 'lines.jsonl', lines);
  keepSample('frames', 'binary.bin', binary);
  keepSample('frames', 'mixed.bin', Buffer.concat([Buffer.from(lines), binary, Buffer.from(lines), binary]));
  keepSample('paced-reader', 'mixed.bin', Buffer.concat([Buffer.from(lines), binary]));
  keepSample('paced-reader', 'long.bin', Buffer.alloc(50_000, 'ab\u0000'));
  const output = [
    [1, 'out\n'],
    [2, 'error\n'],
    [1, ''],
    [2, 'x'.repeat(300)],
  ] as const;
  const framed = output.map(([stream, text]) => {
    const header = Buffer.alloc(8);
    header[0] = stream;
    header.writeUInt32BE(text.length, 4);
    return Buffer.concat([header, Buffer.from(text)]);
  });
  keepSample('docker-output', 'two-streams.bin', Buffer.concat(framed));
}

function fullPackageJson(): Readonly<Record<string, unknown>> {
  return {
    name: '@acme/reader',
    version: '1.2.3-rc.1+build.5',
    description: 'Reads.',
    type: 'module',
    exports: { '.': './index.js', './other': './other.js' },
    engines: { node: '>=22', truthound: '^1.0.0 || ~2.1' },
    truthound: {
      id: 'reader',
      entry: './other',
      isolation: 'process',
      state: { version: 2, accepts: [1, 2] },
      dependencies: { base: '^1', extra: { range: '>=2 <3', type: 'optional' } },
      permissions: {
        network: true,
        subprocess: false,
        read: ['./data', '/etc/hosts'],
        write: ['/tmp/out'],
        modules: ['fs', 'node:path'],
        host: ['kv.get'],
        env: ['HOME'],
        reasons: { network: 'fetches' },
      },
    },
  };
}

function makeManifests(): void {
  const least = { name: 'plain', version: '1.0.0', truthound: {} };
  keepSample('manifest', 'least.json', JSON.stringify(least));
  keepSample('manifest', 'full.json', JSON.stringify(fullPackageJson(), null, 2));
}

async function makeSignatures(): Promise<void> {
  writeFileSync(join(folder, 'package.json'), JSON.stringify(fullPackageJson()));
  writeFileSync(join(folder, 'index.js'), 'export const run = () => 1;\n');
  const root = await createRoot();
  const leaf = issueBelow(root);
  const stamped = new SigningServiceImpl({ signerId: 'Test Signer', now: () => TAKEN_OVER_AT });
  const byLeaf = await stamped.sign({
    pluginPath: folder,
    privateKey: leaf.privateKey,
    certificate: `${leaf.certificate}${root.certificate}`,
    metadata: { build: { id: 7, tags: ['a'] } },
  });
  const rsa = await generateKeyPair('RSA_SHA256');
  const byRsa = await new SigningServiceImpl({ signerId: 'rsa', algorithm: 'RSA_SHA256' }).sign({
    pluginPath: folder,
    privateKey: rsa.privateKey,
  });
  await writeSignatures(folder, [byLeaf, byRsa]);
  const file = join(folder, 'truthound.sig.json');
  keepSample('signature-file', 'two-signers.json', await readFile(file));
  const [first] = await readSignatures(folder);
  keepSample('statement', 'full.json', first?.payload ?? '');
}

async function makeCertificates(): Promise<void> {
  const root = await createRoot();
  const middle = issueBelow(root, { isCa: true });
  const leaf = issueBelow(middle, { subjectAltNames: [{ type: 'dns', value: 'a.example' }] });
  const rsa = await generateCertificate({ subject: 'RSA', keyType: 'RSA-2048' });
  for (const [name, { certificate }] of Object.entries({ root, middle, leaf, rsa }))
    keepSample('certificates', `${name}.der`, parseCertificate(certificate).der);
  keepSample('certificates', 'leaf.pem', leaf.certificate);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const request = createCertificateRequest({ subject: 'Asker', privateKey });
  keepSample('certificate-requests', 'p256.der', derOf(request));
  keepSample('certificate-requests', 'p256.pem', request);
  const crl = createCrl({
    issuerCertificate: root.certificate,
    issuerKey: root.privateKey,
    revoked: [
      { serial: '0a', revokedAt: TAKEN_OVER_AT, reason: 'keyCompromise' },
      { serial: parseCertificate(middle.certificate).serial, revokedAt: TAKEN_OVER_AT },
    ],
    number: 1,
    thisUpdate: TAKEN_OVER_AT,
  });
  keepSample('crls', 'two.der', derOf(crl));
  keepSample('crls', 'two.pem', crl);
  keepSample('pkcs12', 'leaf.p12', exportWithOpenssl(leaf, middle.certificate));
  const authority = authorityBelow(root);
  writeFileSync(AUTHORITY_FILE, root.certificate);
  keepSample('timestamps', 'token.der', makeToken({ authority, data: STAMPED }));
}

/** With few iterations, where our own export has hundreds of thousands: time to mutate more. */
function exportWithOpenssl(
  leaf: { readonly certificate: string; readonly privateKey: string },
  chain: string,
): Buffer {
  const files = { key: leaf.privateKey, leaf: leaf.certificate, chain };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, `${name}.pem`), text);
  const pbe = 'AES-256-CBC';
  return execFileSync(
    'openssl',
    [
      'pkcs12',
      '-export',
      '-inkey',
      'key.pem',
      '-in',
      'leaf.pem',
      '-certfile',
      'chain.pem',
      '-iter',
      '10',
    ].concat(['-keypbe', pbe, '-certpbe', pbe, '-macalg', 'sha256', '-passout', `pass:${PASSPHRASE}`]),
    { cwd: folder },
  );
}

function derOf(pem: string): Buffer {
  return Buffer.from(pem.replaceAll(/-----[A-Z ]+-----|\s/g, ''), 'base64');
}

function makeVersions(): void {
  const versions = [
    '1.2.3',
    'v1.2.3',
    ' 1.2.3-alpha.1+build.07 ',
    '0.0.0-0',
    '9007199254740991.0.0',
    '1.0.0-rc.x-y.007a',
  ];
  const constraints = [
    '^1.2.3',
    '~1.2',
    '1.x',
    '*',
    '>=1.0.0,<2.0.0',
    '1.0.0 - 2.0',
    '^1 || ^2.1.0-rc.1 || 3',
    '>=1.2.3-alpha.1 <2.0.0-0',
    '=1.2.3+build',
    '>1 <=2.3 !=2',
    'latest',
  ];
  for (const [index, version] of versions.entries()) keepSample('versions', `${index}.txt`, version);
  for (const [index, text] of constraints.entries()) keepSample('constraints', `${index}.txt`, text);
}

async function makeTrust(): Promise<void> {
  const pem = (key: typeof KNOWN_KEY): string =>
    createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
  const list = {
    formatVersion: 1,
    version: 3,
    issuedAt: '2026-05-01T00:00:00.000Z',
    nextUpdate: '2036-01-01T00:00:00.000Z',
    revocations: [
      { keyId: 'ab'.repeat(32), reason: 'lost', since: '2026-01-01T00:00:00.000Z' },
      { pluginId: 'reader', fromVersion: '1.0.0', beforeVersion: '2.0.0', reason: 'flawed' },
      { serial: '0a', reason: 'x' },
      { digest: 'cd'.repeat(32), reason: 'x' },
    ],
  };
  keepSample('revocation-list', 'list.json', JSON.stringify(list));
  const signed = signRevocationList(
    { ...list, issuedAt: new Date(list.issuedAt), nextUpdate: new Date(list.nextUpdate), revocations: [] },
    [KNOWN_KEY],
  );
  keepSample('signed-document', 'list.json', signed);
  const rotation = {
    formatVersion: 1,
    oldKeyId: loadKey(KNOWN_KEY).keyId,
    newKey: pem(NEW_KEY),
    rotatedAt: '2026-05-01T00:00:00.000Z',
  };
  keepSample('key-rotation', 'rotation.json', JSON.stringify(rotation));
  const root = {
    formatVersion: 1,
    version: 2,
    threshold: 2,
    keys: [pem(KNOWN_KEY), pem(NEW_KEY)],
    expiresAt: '2036-01-01T00:00:00.000Z',
  };
  keepSample('trust-root', 'root.json', JSON.stringify(root));

  const path = join(folder, 'trust.json');
  const store = new TrustStoreImpl({ persistPath: path, now: () => TAKEN_OVER_AT });
  await store.addTrustedKey({ key: createPublicKey(KNOWN_KEY), signerId: 'known', pluginIds: ['acme-*'] });
  await store.addTrustedCertificate({ cert: (await createRoot()).certificate, metadata: { from: 'test' } });
  await store.setSignerTrust('known', TrustLevel.VERIFIED);
  await store.revokeCertificate({ serial: '0a', reason: 'lost', since: TAKEN_OVER_AT });
  await store.importRevocations(signed).catch(() => undefined);
  await store.acceptSequence('reader', 4);
  await store.rotateKey(JSON.stringify({})).catch(() => undefined);
  keepSample('trust-store', 'full.json', await readFile(path));
}

function makeLock(): void {
  const manifest = PluginManifest.parse(fullPackageJson(), 'package.json');
  const verification = { signers: [{ signerId: 'known', keyId: 'ab'.repeat(32) }] };
  const lock = PluginLock.create([{ manifest, digest: 'cd'.repeat(32), verification } as never]);
  keepSample('lock', 'one.lock', PluginLock.format(lock));
  keepSample('lock', 'empty.lock', PluginLock.format(PluginLock.create([])));
}

async function makeAuditLog(): Promise<void> {
  const path = join(folder, 'audit.jsonl');
  const log = new AuditLog(path, { now: () => TAKEN_OVER_AT });
  await log.append({
    event: 'loaded',
    pluginId: 'reader',
    details: { version: '1.2.3', signers: ['known'] },
  });
  await log.append({ event: 'denied', pluginId: 'reader', details: { reason: 'häßlich \u2028 "x"' } });
  await log.append({ event: 'unloaded', pluginId: 'reader' });
  keepSample('audit-log', 'three.jsonl', await readFile(path));
}
