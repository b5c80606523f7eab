/** Whether the names of a certificate lie where an authority above it may certify (RFC 5280 §4.2.1.10). */
import { octetAt } from '../octet-at.ts';
import { emailAddressesOf, isWithin } from './distinguished-name.ts';
import type { NameConstraints } from './extension-values.ts';
import type { GeneralName } from './general-name.ts';
import { type ParsedCertificate, internalsOf } from './parsed-certificate.ts';

type Matcher = (name: GeneralName, base: GeneralName) => boolean;

/** `example.com` covers itself and all below; `.example.com` only what is below; the empty base covers all. */
function isWithinDomain(host: string, base: string): boolean {
  if (base === '') return true;
  const [wanted, actual] = [base.toLowerCase(), host.toLowerCase()];
  if (wanted.startsWith('.')) return actual.endsWith(wanted) && actual.length > wanted.length;
  return actual === wanted || actual.endsWith(`.${wanted}`);
}

/** For mail and URI a base without a dot in front is one host alone. */
function isHostCovered(host: string, base: string): boolean {
  if (base === '') return true;
  return base.startsWith('.') ? isWithinDomain(host, base) : host.toLowerCase() === base.toLowerCase();
}

function isAddressWithin(address: string, base: string): boolean {
  const half = base.length / 2;
  if (address.length !== half) return false;
  const [octets, network, mask] = [address, base.slice(0, half), base.slice(half)].map((hex) =>
    Buffer.from(hex, 'hex'),
  ) as [Buffer, Buffer, Buffer];
  return octets.every(
    (octet, index) => (octet & octetAt(mask, index)) === (octetAt(network, index) & octetAt(mask, index)),
  );
}

/** The host of a URI; undefined for one without a host, or whose host is an address. */
function uriHost(uri: string): string | undefined {
  try {
    const { hostname } = new URL(uri);
    const isAddress = hostname.startsWith('[') || /^[\d.]*$/u.test(hostname);
    return isAddress ? undefined : hostname;
  } catch {
    return undefined;
  }
}

const MATCHERS: Readonly<Record<GeneralName['type'], Matcher>> = {
  dns: ({ value }, base) => isWithinDomain(value.startsWith('*.') ? value.slice(2) : value, base.value),
  email: ({ value }, base) => {
    const at = value.lastIndexOf('@');
    if (!base.value.includes('@')) return isHostCovered(value.slice(at + 1), base.value);
    const baseAt = base.value.lastIndexOf('@');
    // The local part is compared as it stands: only the host is without case.
    return (
      value.slice(0, at) === base.value.slice(0, baseAt) &&
      value.slice(at).toLowerCase() === base.value.slice(baseAt).toLowerCase()
    );
  },
  uri: ({ value }, base) => {
    const host = uriHost(value);
    return host !== undefined && isHostCovered(host, base.value);
  },
  ip: ({ value }, base) => isAddressWithin(value, base.value),
  directoryName: (name, base) =>
    name.directoryName !== undefined &&
    base.directoryName !== undefined &&
    isWithin(name.directoryName, base.directoryName),
  other: () => false,
};

/** A wildcard also reaches into an excluded part below it. */
function reachesInto(name: GeneralName, base: GeneralName): boolean {
  if (MATCHERS[name.type](name, base)) return true;
  if (name.type === 'uri') return uriHost(name.value) === undefined;
  if (name.type !== 'dns' || !name.value.startsWith('*.')) return false;
  return isWithinDomain(base.value.replace(/^\./u, ''), name.value.slice(2));
}

/** All names that constraints apply to: alternative names, the subject, and mail addresses inside the subject. */
function namesOf(certificate: ParsedCertificate): readonly GeneralName[] {
  const { subjectName } = internalsOf(certificate);
  const subject: readonly GeneralName[] =
    subjectName.text === ''
      ? []
      : [{ type: 'directoryName', value: subjectName.text, directoryName: subjectName }];
  const mail = emailAddressesOf(subjectName).map((value): GeneralName => ({ type: 'email', value }));
  return [...certificate.subjectAltNames, ...subject, ...mail];
}

/** How many pairs {@link findNameFault} compares at most. */
export function countComparisons(
  { subjectAltNames }: ParsedCertificate,
  { permitted, excluded }: NameConstraints,
): number {
  return (subjectAltNames.length + 1) * (permitted.length + excluded.length);
}

/** Why a certificate may not stand below an authority with these constraints; undefined when it may. */
export function findNameFault(
  certificate: ParsedCertificate,
  constraints: NameConstraints,
): string | undefined {
  for (const name of namesOf(certificate)) {
    const label = `${name.type} ${JSON.stringify(name.value)}`;
    if (constraints.excluded.some((base) => base.type === name.type && reachesInto(name, base))) {
      return `its ${label} is excluded by the name constraints of an authority above it`;
    }
    const permitted = constraints.permitted.filter(({ type }) => type === name.type);
    if (permitted.length > 0 && !permitted.some((base) => MATCHERS[name.type](name, base))) {
      return `its ${label} is not permitted by the name constraints of an authority above it`;
    }
  }
  return undefined;
}
