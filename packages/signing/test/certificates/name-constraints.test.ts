import { beforeAll, describe, expect, test } from 'vitest';
import type { NameConstraintsInput } from '../../src/certificates/extension-writer.ts';
import type { GeneralNameInput } from '../../src/certificates/general-name-writer.ts';
import type { SubjectName } from '../../src/certificates/subject-name.ts';
import { validateCertificateChain } from '../../src/certificates/validate-certificate-chain.ts';
import { AT, type Holder, createRoot, issueBelow } from './test-authority.ts';

let root: Holder;

beforeAll(async () => {
  root = await createRoot();
});

/** Whether a signer with these names is accepted below an authority with these constraints. */
function isAccepted(
  nameConstraints: NameConstraintsInput,
  names: readonly GeneralNameInput[],
  subject: SubjectName = { organization: 'Acme', commonName: 'Signer' },
): boolean {
  const middle = issueBelow(root, { isCa: true, nameConstraints });
  const signer = issueBelow(middle, { subject, subjectAltNames: names });
  const { isValid, errors } = validateCertificateChain({
    leaf: signer.certificate,
    intermediates: [middle.certificate],
    roots: [root.certificate],
    at: AT,
  });
  for (const { message } of errors) expect(message).toMatch(/name constraints/u);
  return isValid;
}

interface Row {
  readonly type: 'dns' | 'email' | 'uri' | 'ip';
  readonly base: string;
  readonly inside: readonly string[];
  readonly outside: readonly string[];
}

/** Each base with names just inside and just outside of it. */
const ROWS: readonly Row[] = [
  {
    type: 'dns',
    base: 'example.com',
    inside: ['example.com', 'a.example.com', 'A.EXAMPLE.com', '*.example.com'],
    outside: ['badexample.com', 'example.com.evil.org', 'com', '*.com'],
  },
  { type: 'dns', base: '', inside: ['example.com', 'a.b', '*.com'], outside: [] },
  { type: 'email', base: '', inside: ['a@example.com', 'b@other.org'], outside: [] },
  { type: 'dns', base: '.example.com', inside: ['a.example.com'], outside: ['example.com', 'xexample.com'] },
  {
    type: 'email',
    base: 'example.com',
    inside: ['a@example.com', 'a@EXAMPLE.com'],
    outside: ['a@b.example.com', 'a@evil.org'],
  },
  { type: 'email', base: '.example.com', inside: ['a@b.example.com'], outside: ['a@example.com'] },
  {
    type: 'email',
    base: 'me@example.com',
    inside: ['me@Example.com'],
    outside: ['Me@example.com', 'you@example.com'],
  },
  {
    type: 'uri',
    base: 'example.com',
    inside: ['https://example.com/x', 'https://user@example.com:8443/'],
    outside: ['https://a.example.com/', 'https://example.com@evil.org/', 'https://evil.org/example.com'],
  },
  {
    type: 'uri',
    base: '.example.com',
    inside: ['https://a.example.com/'],
    outside: ['https://example.com/'],
  },
  { type: 'ip', base: '192.0.2.0/24', inside: ['192.0.2.255'], outside: ['192.0.3.0', '2001:db8::1'] },
  { type: 'ip', base: '10.0.0.0/9', inside: ['10.127.0.1'], outside: ['10.128.0.0'] },
  { type: 'ip', base: '2001:db8::/32', inside: ['2001:db8:1::'], outside: ['2001:db9::', '32.1.13.184'] },
];

describe.each(ROWS)('the $type constraint $base', ({ type, base, inside, outside }) => {
  test.each(inside)('when permitted, permits %s', (value) => {
    expect(isAccepted({ permitted: [{ type, value: base }] }, [{ type, value }])).toBe(true);
  });

  test.each(outside)('when permitted, refuses %s', (value) => {
    expect(isAccepted({ permitted: [{ type, value: base }] }, [{ type, value }])).toBe(false);
  });

  test.each(inside)('when excluded, refuses %s', (value) => {
    expect(isAccepted({ excluded: [{ type, value: base }] }, [{ type, value }])).toBe(false);
  });

  test('says nothing about names of another form', () => {
    const other: GeneralNameInput =
      type === 'dns' ? { type: 'ip', value: '127.0.0.1' } : { type: 'dns', value: 'a.b' };
    expect(isAccepted({ permitted: [{ type, value: base }] }, [other])).toBe(true);
  });
});

describe('directory names', () => {
  const base: GeneralNameInput = { type: 'directoryName', value: { organization: 'Acme' } };

  test.each([
    { name: 'the same spelling', organization: 'Acme', isWithin: true },
    { name: 'another case and more spaces', organization: ' ACME  ', isWithin: true },
    { name: 'full-width letters', organization: 'Ａcme', isWithin: true },
    { name: 'another name', organization: 'Acme Evil', isWithin: false },
  ])('compare $name after RFC 5280 §7.1', ({ organization, isWithin }) => {
    const subject = { organization, commonName: 'Signer' };
    expect(isAccepted({ permitted: [base] }, [], subject)).toBe(isWithin);
    expect(isAccepted({ excluded: [base] }, [], subject)).toBe(!isWithin);
  });

  test('also bind directory names among the alternative names', () => {
    const other: GeneralNameInput = { type: 'directoryName', value: { organization: 'Evil' } };
    expect(isAccepted({ permitted: [base] }, [other])).toBe(false);
  });
});

describe('edges', () => {
  test('an excluded name wins over a permitted one', () => {
    const constraints: NameConstraintsInput = {
      permitted: [{ type: 'dns', value: 'example.com' }],
      excluded: [{ type: 'dns', value: 'internal.example.com' }],
    };
    expect(isAccepted(constraints, [{ type: 'dns', value: 'a.example.com' }])).toBe(true);
    expect(isAccepted(constraints, [{ type: 'dns', value: 'a.internal.example.com' }])).toBe(false);
  });

  test('a wildcard does not reach into an excluded part', () => {
    const excluded: readonly GeneralNameInput[] = [{ type: 'dns', value: 'internal.example.com' }];
    expect(isAccepted({ excluded }, [{ type: 'dns', value: '*.example.com' }])).toBe(false);
    expect(isAccepted({ excluded }, [{ type: 'dns', value: '*.other.com' }])).toBe(true);
  });

  test('mail addresses inside the subject count', () => {
    const subject: SubjectName = { commonName: 'Signer', emailAddress: 'a@evil.org' };
    expect(isAccepted({ permitted: [{ type: 'email', value: 'example.com' }] }, [], subject)).toBe(false);
    expect(isAccepted({ excluded: [{ type: 'email', value: 'evil.org' }] }, [], subject)).toBe(false);
  });

  test('a URI without a host is refused where URIs are constrained', () => {
    const names: readonly GeneralNameInput[] = [{ type: 'uri', value: 'urn:example:plugin' }];
    expect(isAccepted({ permitted: [{ type: 'uri', value: 'example.com' }] }, names)).toBe(false);
    expect(isAccepted({ excluded: [{ type: 'uri', value: 'example.com' }] }, names)).toBe(false);
  });

  test('every name must be permitted, not only one', () => {
    const permitted: readonly GeneralNameInput[] = [{ type: 'dns', value: 'example.com' }];
    const names: readonly GeneralNameInput[] = [
      { type: 'dns', value: 'a.example.com' },
      { type: 'dns', value: 'evil.org' },
    ];
    expect(isAccepted({ permitted }, names)).toBe(false);
  });
});
