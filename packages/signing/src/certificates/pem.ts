import { DerFault } from './der-fault.ts';

const ARMOUR = /^-----BEGIN (?<label>[A-Z0-9 ]{1,40})-----$/u;

/**
 * The bytes of the one PEM block in `text` (RFC 7468, strict form: no headers, no text around it).
 *
 * @throws DerFault when there is no such block, more than one, or one with another label.
 */
function decodePem(text: string, labels: readonly string[], maxBytes: number): Uint8Array {
  if (text.length > maxBytes * 2) {
    throw new DerFault(`${text.length} characters are more than the limit of ${maxBytes * 2}`, 0);
  }
  const lines = text
    .trim()
    .split(/\r?\n/u)
    .map((line) => line.trimEnd());
  const label = ARMOUR.exec(lines[0] ?? '')?.groups?.['label'];
  if (label === undefined)
    throw new DerFault(`the text is not a PEM block of type ${labels.join(' or ')}`, 0);
  if (!labels.includes(label))
    throw new DerFault(`the PEM block is a ${label}, not a ${labels.join(' or ')}`, 0);
  const end = lines.indexOf(`-----END ${label}-----`);
  if (end === -1) throw new DerFault('the PEM block has no end', 0);
  if (end !== lines.length - 1) throw new DerFault('text follows the PEM block; give one block at a time', 0);
  const encoded = lines.slice(1, end).join('');
  const bytes = Buffer.from(encoded, 'base64');
  // Node skips what is not base64; the way back shows whether anything was skipped.
  if (bytes.toString('base64') !== encoded) {
    throw new DerFault('the PEM block is not clean base64', 0);
  }
  return bytes;
}

/** Wraps bytes in a PEM block of lines of 64 characters. */
export function encodePem(label: string, bytes: Uint8Array): string {
  const encoded = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
  return `-----BEGIN ${label}-----\n${encoded.replaceAll(/.{64}(?=.)/gu, '$&\n')}\n-----END ${label}-----\n`;
}

/** Bytes of PEM text or of DER; a copy, so that the caller's later writes do not reach it. */
export function toDerBytes(pemOrDer: unknown, labels: readonly string[], maxBytes: number): Uint8Array {
  if (typeof pemOrDer === 'string') return decodePem(pemOrDer, labels, maxBytes);
  if (!(pemOrDer instanceof Uint8Array)) {
    throw new DerFault(
      `PEM text or DER bytes are needed, not ${pemOrDer === null ? 'null' : typeof pemOrDer}`,
      0,
    );
  }
  if (pemOrDer.length > maxBytes) {
    throw new DerFault(`${pemOrDer.length} bytes are more than the limit of ${maxBytes}`, 0);
  }
  // DER bytes of PEM text are a common slip of readFileSync without an encoding.
  const isPemText = pemOrDer[0] === 0x2d;
  if (isPemText) return decodePem(Buffer.from(pemOrDer).toString('latin1'), labels, maxBytes);
  return new Uint8Array(pemOrDer);
}
