import { DerFault } from '../certificates/der-fault.ts';
import { DerTag, contextTag } from '../certificates/der-tag.ts';
import { readGeneralizedTime } from '../certificates/der-time.ts';
import { expectTag, readSequence, readSmallInteger } from '../certificates/der-values.ts';
import { type DerElement, contentOf, readDer } from '../certificates/read-der.ts';
import { readExtensions } from '../certificates/read-extensions.ts';
import { type DigestName, readDigestName } from './signed-data.ts';

/** What a time-stamping authority attests (TSTInfo, RFC 3161 §2.4.2). */
export interface TimestampInfo {
  readonly digest: DigestName;
  /** Hash of what was stamped. */
  readonly imprint: Uint8Array;
  readonly time: Date;
  /** How far `time` may be off, in milliseconds, rounded up. */
  readonly accuracyMs: number;
}

/** @throws DerFault */
export function readTimestampInfo(content: Uint8Array): TimestampInfo {
  const members = [...readSequence(readDer(content), 'the time-stamp', { min: 5, max: 10 })];
  const version = members.shift();
  if (version === undefined || readSmallInteger(version, 'the version of the time-stamp') !== 1)
    throw new DerFault('the time-stamp is not of version 1', 0);
  expectTag(members.shift(), DerTag.OBJECT_IDENTIFIER, 'the policy of the time-stamp');
  const { digest, imprint } = readImprint(members.shift());
  expectTag(members.shift(), DerTag.INTEGER, 'the serial number of the time-stamp');
  const time = readGeneralizedTime(members.shift(), 'the time of the time-stamp');
  const take = (tag: number): DerElement | undefined =>
    members[0]?.tag === tag ? members.shift() : undefined;
  const accuracyMs = readAccuracy(take(DerTag.SEQUENCE));
  const ordering = take(DerTag.BOOLEAN);
  if (ordering !== undefined && contentOf(ordering)[0] !== 0xff)
    throw new DerFault('the time-stamp writes out the default of ordering', ordering.start);
  take(DerTag.INTEGER); // The nonce ties an answer to a request, of which nothing is known here.
  take(contextTag(0, true)); // The authority's name: a hint, its certificate counts.
  refuseCritical(take(contextTag(1, true)));
  const [surplus] = members;
  if (surplus !== undefined) throw new DerFault('the time-stamp has a surplus member', surplus.start);
  return { digest, imprint, time, accuracyMs };
}

function readImprint(element: DerElement | undefined): Pick<TimestampInfo, 'digest' | 'imprint'> {
  const [algorithm, hashed] = readSequence(element, 'its imprint', { min: 2, max: 2 });
  return {
    digest: readDigestName(algorithm, 'the hash of its imprint'),
    imprint: contentOf(expectTag(hashed, DerTag.OCTET_STRING, 'the hash in its imprint')),
  };
}

function readAccuracy(element: DerElement | undefined): number {
  const parts = [...(element?.children ?? [])];
  const take = (tag: number, what: string, max: number): number => {
    const part = parts[0]?.tag === tag ? parts.shift() : undefined;
    const value = part === undefined ? 0 : readSmallInteger(part, what, tag);
    if (value > max) throw new DerFault(`${what} is above ${max}`, part);
    return value;
  };
  const seconds = take(DerTag.INTEGER, 'the accuracy in seconds', 86_400);
  const millis = take(contextTag(0, false), 'the accuracy in milliseconds', 999);
  const micros = take(contextTag(1, false), 'the accuracy in microseconds', 999);
  const [surplus] = parts;
  if (surplus !== undefined) throw new DerFault('its accuracy has a surplus member', surplus.start);
  return seconds * 1000 + millis + Math.ceil(micros / 1000);
}

/** No extension of a time-stamp is understood; one that must be makes it unusable. */
function refuseCritical(element: DerElement | undefined): void {
  if (element === undefined) return;
  // `[1]` stands in the place of the SEQUENCE's own tag.
  const octets = Uint8Array.from(element.source.subarray(element.start, element.end));
  octets[0] = DerTag.SEQUENCE;
  const critical = [...readExtensions(readDer(octets)).values()].find(({ isCritical }) => isCritical);
  if (critical !== undefined)
    throw new DerFault(`its critical extension ${critical.identifier} is not understood`, element.start);
}
