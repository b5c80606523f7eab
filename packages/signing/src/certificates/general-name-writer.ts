import { isIP } from 'node:net';
import { InvalidCertificateError } from '@truthound/protocols';
import { octetAt } from '../octet-at.ts';
import { type Asn1, tagged, taggedPrimitive } from './asn1-writer.ts';
import { type GeneralNameRole, type GeneralNameType, isGeneralNameText } from './general-name.ts';
import { type SubjectName, writeSubjectName } from './subject-name.ts';

/**
 * A name to write. As a constraint, `dns`, `email` and `uri` take a host or `.domain`, and `ip` takes
 * an address block such as `192.0.2.0/24`.
 */
export type GeneralNameInput =
  | { readonly type: Exclude<GeneralNameType, 'directoryName' | 'other'>; readonly value: string }
  | { readonly type: 'directoryName'; readonly value: SubjectName | string };

const TEXT_TAGS: Readonly<Record<'email' | 'dns' | 'uri', number>> = { email: 1, dns: 2, uri: 6 };

/** Encodes a GeneralName. @throws InvalidCertificateError when the text is not such a name. */
export function writeGeneralName(name: GeneralNameInput, role: GeneralNameRole): Asn1 {
  if (name.type === 'directoryName') return tagged(4, writeSubjectName(name.value));
  if (name.type === 'ip')
    return taggedPrimitive(7, role === 'name' ? address(name.value) : block(name.value));
  if (!Object.hasOwn(TEXT_TAGS, name.type)) {
    throw refuse(
      `${JSON.stringify(name.type)} is not a form of name; use email, dns, uri, ip or directoryName`,
    );
  }
  if (!isGeneralNameText(name.type, name.value, role)) {
    throw refuse(`${JSON.stringify(name.value)} is not a ${name.type} ${role}`);
  }
  return taggedPrimitive(TEXT_TAGS[name.type], Buffer.from(name.value, 'latin1'));
}

function address(text: string): Buffer {
  const version = isIP(text);
  if (version === 4) return Buffer.from(text.split('.').map(Number));
  if (version === 6 && !text.includes('%')) return ipv6(text);
  throw refuse(`${JSON.stringify(text)} is not an IP address`);
}

/** The URL parser writes IPv6 in its shortest form, with at most one `::`. */
function ipv6(text: string): Buffer {
  const compressed = new URL(`http://[${text}]/`).hostname.slice(1, -1);
  const [head = '', tail] = compressed.split('::');
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const [left, right] = [groups(head), groups(tail ?? '')];
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return Buffer.from([...left, ...zeros, ...right].map((group) => group.padStart(4, '0')).join(''), 'hex');
}

function block(text: string): Buffer {
  const [network = '', prefix = ''] = text.split('/');
  const octets = address(network);
  const bits = Number(prefix);
  if (!/^\d{1,3}$/u.test(prefix) || bits > octets.length * 8) {
    throw refuse(`${JSON.stringify(text)} is not an address block such as 192.0.2.0/24`);
  }
  const mask = Buffer.from(octets).map(
    (_, index) => 0xff & ~(0xff >> Math.max(0, Math.min(8, bits - index * 8))),
  );
  return Buffer.concat([octets.map((octet, index) => octet & octetAt(mask, index)), mask]);
}

function refuse(parseError: string): InvalidCertificateError {
  return new InvalidCertificateError({ parseError });
}
