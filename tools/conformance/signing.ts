/**
 * Runs public test vectors against the algorithms of `@truthound/signing`.
 *
 *   node --conditions=@truthound/source tools/conformance/signing.ts <folder>
 *
 * The folder holds `wycheproof/` (C2SP/wycheproof, testvectors_v1), `ed25519-speccheck/cases.json`
 * (novifinancial/ed25519-speccheck), `rfc/` (RFC 8032 §7.1, RFC 4231 §4) and `jcs/` (cyberphone/json-canonicalization). Vectors are not
 * part of this repository, but for the one that the text of DSSE prints. Exits with 1 when any answer is wrong.
 */
import { type KeyObject, createHmac, createPublicKey, createSecretKey } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ALGORITHMS } from '../../packages/signing/src/algorithms.ts';
import { canonicalJson } from '../../packages/signing/src/canonical-json.ts';
import { preAuthEncoding } from '../../packages/signing/src/dsse-envelope.ts';
import { type SigningKey, loadKey } from '../../packages/signing/src/signing-key.ts';

interface Tally {
  readonly name: string;
  right: number;
  readonly wrong: string[];
}

interface WycheproofTest {
  readonly tcId: number;
  readonly comment: string;
  readonly msg: string;
  readonly sig?: string;
  readonly key?: string;
  readonly tag?: string;
  readonly result: 'valid' | 'invalid' | 'acceptable';
}

interface WycheproofGroup {
  readonly publicKeyPem?: string;
  readonly tagSize?: number;
  readonly tests: readonly WycheproofTest[];
}

const folder = process.argv[2];
if (folder === undefined || !existsSync(folder)) {
  console.error(
    'usage: node --conditions=@truthound/source tools/conformance/signing.ts <folder of vectors>',
  );
  process.exit(2);
}

const readJson = (...path: readonly string[]): unknown =>
  JSON.parse(readFileSync(join(folder, ...path), 'utf8'));
const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');

/** The key as the package loads it; one that it refuses for its size is used as it is, to see the algorithm. */
function lenientKey(key: KeyObject, family: SigningKey['family']): SigningKey {
  try {
    return loadKey(key);
  } catch {
    return { family, canSign: key.type !== 'public', key, keyId: '', rawPublicKey: undefined };
  }
}

function record(tally: Tally, name: string, isRight: boolean): void {
  if (isRight) tally.right += 1;
  else tally.wrong.push(name);
}

function wycheproofGroups(file: string): readonly WycheproofGroup[] {
  return (readJson('wycheproof', file) as { readonly testGroups: readonly WycheproofGroup[] }).testGroups;
}

function isExpected(result: WycheproofTest['result'], isAccepted: boolean): boolean {
  return result === 'acceptable' || (result === 'valid') === isAccepted;
}

function ed25519Wycheproof(file: string): Tally {
  const tally: Tally = { name: `${file}, by node:crypto and by tweetnacl`, right: 0, wrong: [] };
  for (const { publicKeyPem = '', tests } of wycheproofGroups(file)) {
    const key = loadKey(publicKeyPem);
    for (const { tcId, comment, msg, sig = '', result } of tests) {
      const row = ALGORITHMS.ED25519;
      const isAccepted = row.findFault(key, bytes(msg), bytes(sig)) === undefined;
      const second = row.findFaultBySecondOpinion?.(key, bytes(msg), bytes(sig)) === undefined;
      record(tally, `${String(tcId)} ${comment}`, isExpected(result, isAccepted) && isAccepted === second);
    }
  }
  return tally;
}

function rsaWycheproof(file: string): Tally {
  const tally: Tally = { name: file, right: 0, wrong: [] };
  for (const { publicKeyPem = '', tests } of wycheproofGroups(file)) {
    const key = lenientKey(createPublicKey(publicKeyPem), 'rsa');
    for (const { tcId, comment, msg, sig = '', result } of tests) {
      const isAccepted = ALGORITHMS.RSA_SHA256.findFault(key, bytes(msg), bytes(sig)) === undefined;
      record(tally, `${String(tcId)} ${comment}`, isExpected(result, isAccepted));
    }
  }
  return tally;
}

/** The package knows whole tags only; of a truncated one, the vector's tag is compared with the start of ours. */
function hmacWycheproof(file: string, algorithm: 'HMAC_SHA256' | 'HMAC_SHA512', hash: string): Tally {
  const tally: Tally = { name: file, right: 0, wrong: [] };
  for (const { tagSize = 0, tests } of wycheproofGroups(file)) {
    for (const { tcId, comment, key: keyHex = '', msg, tag = '', result } of tests) {
      const key = lenientKey(createSecretKey(bytes(keyHex)), 'hmac');
      const whole = Buffer.from(ALGORITHMS[algorithm].sign(key, bytes(msg)));
      const isWhole = tagSize === whole.length * 8;
      const isAccepted = isWhole
        ? ALGORITHMS[algorithm].findFault(key, bytes(msg), bytes(tag)) === undefined
        : whole.subarray(0, tagSize / 8).equals(bytes(tag));
      const agrees = whole.equals(createHmac(hash, bytes(keyHex)).update(bytes(msg)).digest());
      record(tally, `${String(tcId)} ${comment}`, isExpected(result, isAccepted) && agrees);
    }
  }
  return tally;
}

/** Expected: the answers of libsodium, which accepts the fourth case alone. */
function speccheck(): Tally {
  const tally: Tally = { name: 'ed25519-speccheck', right: 0, wrong: [] };
  const cases = readJson('ed25519-speccheck', 'cases.json') as readonly {
    readonly message: string;
    readonly pub_key: string;
    readonly signature: string;
  }[];
  cases.forEach(({ message, pub_key: publicKey, signature }, index) => {
    record(
      tally,
      `case ${String(index)}`,
      isAcceptedEd25519(publicKey, message, signature) === (index === 3),
    );
  });
  return tally;
}

function isAcceptedEd25519(publicKey: string, message: string, signature: string): boolean {
  try {
    const key = loadKey(bytes(publicKey), { algorithm: 'ED25519' });
    const row = ALGORITHMS.ED25519;
    const answers = [
      row.findFault(key, bytes(message), bytes(signature)) === undefined,
      row.findFaultBySecondOpinion?.(key, bytes(message), bytes(signature)) === undefined,
    ];
    if (answers[0] !== answers[1]) throw new Error('the two implementations disagree');
    return answers[0] === true;
  } catch (cause) {
    if (cause instanceof Error && cause.message.startsWith('the two')) throw cause;
    return false;
  }
}

function rfc8032(): Tally {
  const tally: Tally = { name: 'RFC 8032 §7.1', right: 0, wrong: [] };
  const { vectors } = readJson('rfc', 'rfc8032-ed25519.json') as {
    readonly vectors: readonly Readonly<
      Record<'name' | 'secret' | 'public' | 'message' | 'signature', string>
    >[];
  };
  for (const vector of vectors) {
    const key = loadKey(bytes(vector.secret), { algorithm: 'ED25519', use: 'sign' });
    const signed = Buffer.from(ALGORITHMS.ED25519.sign(key, bytes(vector.message))).toString('hex');
    const isRight =
      signed === vector.signature && isAcceptedEd25519(vector.public, vector.message, vector.signature);
    record(tally, vector.name, isRight);
  }
  return tally;
}

function rfc4231(): Tally {
  const tally: Tally = { name: 'RFC 4231 §4', right: 0, wrong: [] };
  const { vectors } = readJson('rfc', 'rfc4231-hmac.json') as {
    readonly vectors: readonly (Readonly<Record<'key' | 'data' | 'sha256' | 'sha512', string>> & {
      readonly case: number;
    })[];
  };
  for (const vector of vectors) {
    const key = lenientKey(createSecretKey(bytes(vector.key)), 'hmac');
    const sign = (algorithm: 'HMAC_SHA256' | 'HMAC_SHA512'): string =>
      Buffer.from(ALGORITHMS[algorithm].sign(key, bytes(vector.data))).toString('hex');
    // Case 5 gives the first 128 bits.
    const isRight =
      sign('HMAC_SHA256').startsWith(vector.sha256) && sign('HMAC_SHA512').startsWith(vector.sha512);
    record(tally, `case ${String(vector.case)}`, isRight);
  }
  return tally;
}

function jcs(): Tally {
  const tally: Tally = { name: 'RFC 8785 pairs', right: 0, wrong: [] };
  for (const file of readdirSync(join(folder ?? '', 'jcs', 'input'))) {
    const expected = readFileSync(join(folder ?? '', 'jcs', 'output', file), 'utf8').trim();
    record(tally, file, canonicalJson(readJson('jcs', 'input', file)) === expected);
  }
  return tally;
}

/** The example of DSSE's protocol.md. */
function dsse(): Tally {
  const tally: Tally = { name: 'DSSE pre-authentication encoding', right: 0, wrong: [] };
  const encoded = preAuthEncoding(Buffer.from('hello world'), 'http://example.com/HelloWorld');
  const expected = 'DSSEv1 29 http://example.com/HelloWorld 11 hello world';
  record(tally, 'hello world', Buffer.from(encoded).toString('utf8') === expected);
  return tally;
}

const rsaFiles = readdirSync(join(folder, 'wycheproof')).filter((file) =>
  /^rsa_signature_\d+_sha256_test\.json$/.test(file),
);
const tallies = [
  ed25519Wycheproof('ed25519_test.json'),
  ...rsaFiles.map(rsaWycheproof),
  hmacWycheproof('hmac_sha256_test.json', 'HMAC_SHA256', 'sha256'),
  hmacWycheproof('hmac_sha512_test.json', 'HMAC_SHA512', 'sha512'),
  speccheck(),
  rfc8032(),
  rfc4231(),
  jcs(),
  dsse(),
];
for (const { name, right, wrong } of tallies) {
  console.log(`${String(right)} right, ${String(wrong.length)} wrong: ${name}`);
  for (const each of wrong) console.log(`  wrong: ${each}`);
}
const total = tallies.reduce((sum, { right }) => sum + right, 0);
const wrong = tallies.reduce((sum, each) => sum + each.wrong.length, 0);
console.log(`Node ${process.versions.node}: ${String(total)} right, ${String(wrong)} wrong`);
if (wrong > 0) process.exitCode = 1;
