import fc from 'fast-check';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { parseCertificate } from '../../src/certificates/parse-certificate.ts';
import { validateCertificateChain } from '../../src/certificates/validate-certificate-chain.ts';
import { AT, type Holder, createRoot, issueBelow } from './test-authority.ts';

// A thousand validations for each certificate.
vi.setConfig({ testTimeout: 120_000 });

type Role = 'leaf' | 'intermediate' | 'root';

interface Chain {
  readonly leaf: Uint8Array;
  readonly intermediate: Uint8Array;
  readonly root: Uint8Array;
}

const derOf = ({ certificate }: Holder): Uint8Array => parseCertificate(certificate).der;

async function createChain(keyType: 'Ed25519' | 'P-256' | 'RSA-2048'): Promise<Chain> {
  const root = await createRoot({ keyType });
  const intermediate = issueBelow(root, { isCa: true });
  return { root: derOf(root), intermediate: derOf(intermediate), leaf: derOf(issueBelow(intermediate)) };
}

function validate({ leaf, intermediate, root }: Chain): {
  readonly isValid: boolean;
  readonly ids: readonly string[];
} {
  const { isValid, path } = validateCertificateChain({
    leaf,
    intermediates: [intermediate],
    roots: [root],
    at: AT,
  });
  return { isValid, ids: path.map(({ certId, keyId }) => `${certId}/${keyId}`) };
}

describe.each(['Ed25519', 'P-256', 'RSA-2048'] as const)('a chain under a %s root', (keyType) => {
  let chain: Chain;

  beforeAll(async () => {
    chain = await createChain(keyType);
  });

  test('is valid as it is', () => {
    expect(validate(chain).isValid).toBe(true);
  });

  test.each(['leaf', 'intermediate', 'root'] as const)(
    'never is valid for another identity after any one bit of its %s is flipped',
    (role: Role) => {
      const { ids } = validate(chain);
      const original = chain[role];
      const accepted: string[][] = [];
      for (let at = 0; at < original.length; at++) {
        const flipped = Uint8Array.from(original);
        flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
        const result = validate({ ...chain, [role]: flipped });
        if (result.isValid) accepted.push([...result.ids]);
      }
      // What is still accepted names the very same certificates: certId covers all that is signed.
      for (const found of accepted) expect(found).toEqual(ids);
    },
  );

  test('property: never is valid for another identity after any edit', () => {
    const { ids } = validate(chain);
    const edits = fc.array(fc.record({ at: fc.nat(), value: fc.integer({ min: 1, max: 255 }) }), {
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(fc.constantFrom<Role>('leaf', 'intermediate', 'root'), edits, (role, changes) => {
        const bytes = Uint8Array.from(chain[role]);
        for (const { at, value } of changes) {
          bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ value;
        }
        const result = validate({ ...chain, [role]: bytes });
        expect(result.isValid ? result.ids : ids).toEqual(ids);
      }),
      { numRuns: 300 },
    );
  });
});
