import { SignatureError } from '@truthound/protocols';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  SignatureInfo,
  addTimestamp,
  readSignatures,
  timestampRequestFor,
  verifyTimestamp,
  writeSignatures,
} from '../../src/index.ts';
import { AT, type Holder, createRoot } from '../certificates/test-authority.ts';
import { type Signer, createSigner, pluginFolder } from '../plugin-folder.ts';
import {
  authorityBelow,
  makeToken,
  nullValue,
  objectIdentifier,
  sequence,
  smallInteger,
} from './hand-made-token.ts';
import { encode } from '../../src/certificates/asn1-writer.ts';
import { type OpensslAuthority, createOpensslAuthority, hasOpenssl } from './openssl-authority.ts';

describe('addTimestamp', () => {
  let signer: Signer;
  let authority: Holder;
  let signature: SignatureInfo;
  let token: Uint8Array;

  beforeEach(async () => {
    signer = await createSigner();
    authority = authorityBelow(await createRoot());
    signature = await signer.sign(pluginFolder(), { now: AT });
    token = makeToken({ authority, data: signature.signature });
  });

  it('keeps what was signed as it was, also through a file', async () => {
    const stamped = await addTimestamp(signature, () => token);
    expect(stamped).toMatchObject({ payload: signature.payload, signature: signature.signature });
    expect(stamped.timestampToken).toEqual(token);
    expect(SignatureInfo.parse(JSON.parse(JSON.stringify(stamped))).timestampToken).toEqual(token);
    const folder = pluginFolder();
    await writeSignatures(folder, [stamped]);
    expect((await readSignatures(folder))[0]?.timestampToken).toEqual(token);
  });

  it('asks once, for the hash of the signature', async () => {
    const asked: unknown[] = [];
    await addTimestamp(signature, (request) => {
      asked.push(request);
      return token;
    });
    expect(asked).toEqual([timestampRequestFor(signature)]);
  });

  it.each([
    ['made for something else', () => makeToken({ authority, data: Buffer.from('x') }), /other bytes/],
    ['that is malformed', () => Buffer.from('x'), /not a time-stamp/],
    ['that is no token', () => encode(sequence(objectIdentifier('1.2.3'), nullValue())), /type of the token/],
    ['that refuses', () => encode(sequence(sequence(smallInteger(2)))), /refused, with status 2/],
    ['that says nothing', () => encode(sequence(sequence())), /not a time-stamp/],
    [
      'with a broken certificate',
      () => makeToken({ authority, data: signature.signature, certificates: [], signers: 0 }),
      /exactly one signer/,
    ],
  ])('refuses an answer %s', async (_name, answer, reason) => {
    const attempt = addTimestamp(signature, answer);
    await expect(attempt).rejects.toBeInstanceOf(SignatureError);
    await expect(attempt).rejects.toThrow(reason);
  });

  it('can be cancelled, and passes on what the source throws', async () => {
    const controller = new AbortController();
    const cancelled = addTimestamp(
      signature,
      ({ signal }) => {
        expect(signal).toBe(controller.signal);
        controller.abort(new Error('enough'));
        return token;
      },
      { signal: controller.signal },
    );
    await expect(cancelled).rejects.toThrow('enough');
    const offline = (): Uint8Array => {
      throw new Error('no network');
    };
    await expect(addTimestamp(signature, offline)).rejects.toThrow('no network');
    await expect(signer.sign(pluginFolder(), { timestamp: offline })).rejects.toThrow('no network');
  });
});

describe.skipIf(!hasOpenssl).each([
  { keyType: 'rsa', certificateHash: 'sha256' },
  { keyType: 'ec', certificateHash: 'sha256' },
  { keyType: 'rsa', certificateHash: 'sha1' },
] as const)('openssl ts with $keyType, certificates named by $certificateHash', (options) => {
  let authority: OpensslAuthority;

  beforeAll(async () => {
    authority = await createOpensslAuthority(options);
  });
  afterAll(() => {
    authority.dispose();
  });

  it('understands our query, and we its answer', async () => {
    const signer = await createSigner();
    const stamped = await signer.sign(pluginFolder(), { now: new Date(), timestamp: authority.source });
    const { query, digest } = timestampRequestFor(stamped);
    const described = authority.describe('query', query);
    expect(described).toContain('Hash Algorithm: sha256');
    expect(described).toContain('Certificate required: yes');
    expect(described.replaceAll(/[\s-]/g, '')).toContain(Buffer.from(digest).subarray(0, 8).toString('hex'));
    const result = verifyTimestamp({
      token: stamped.timestampToken ?? new Uint8Array(),
      data: stamped.signature,
      roots: [authority.root],
    });
    expect(result.errors).toEqual([]);
    if (!result.isValid) return;
    expect(Math.abs(result.time.getTime() - Date.now())).toBeLessThan(60_000);
    expect(result.latest.getTime() - result.time.getTime()).toBe(1501);
  });
});
