import { DerFault } from './der-fault.ts';
import { DerTag, describeTag } from './der-tag.ts';
import { expectTag } from './der-values.ts';
import { type DerElement, contentOf } from './read-der.ts';

const UTC_TIME =
  /^(?<year>\d{2})(?<month>\d{2})(?<day>\d{2})(?<hour>\d{2})(?<minute>\d{2})(?<second>\d{2})Z$/u;
const GENERALIZED_TIME =
  /^(?<year>\d{4})(?<month>\d{2})(?<day>\d{2})(?<hour>\d{2})(?<minute>\d{2})(?<second>\d{2})Z$/u;

const FRACTIONAL_TIME =
  /^(?<year>\d{4})(?<month>\d{2})(?<day>\d{2})(?<hour>\d{2})(?<minute>\d{2})(?<second>\d{2})(?:\.(?<fraction>\d{0,8}[1-9]))?Z$/u;

const PATTERNS = new Map<number, RegExp>([
  [DerTag.UTC_TIME, UTC_TIME],
  [DerTag.GENERALIZED_TIME, GENERALIZED_TIME],
]);

/** Two digits of a UTCTime: 50–99 are 1950–1999, 00–49 are 2000–2049 (RFC 5280 §4.1.2.5.1). */
function fullYear(digits: string): number {
  const year = Number(digits);
  if (digits.length === 4) return year;
  return year >= 50 ? 1900 + year : 2000 + year;
}

/**
 * Time in the one form that RFC 5280 §4.1.2.5 allows: seconds, `Z`, no fraction;
 * UTCTime through 2049 and GeneralizedTime from 2050.
 */
export function readTime(element: DerElement, what: string): Date {
  const text = Buffer.from(contentOf(element)).toString('latin1');
  const fields = PATTERNS.get(element.tag)?.exec(text)?.groups;
  if (fields === undefined) {
    throw new DerFault(
      `${what} is ${describeTag(element.tag)} "${printable(text)}", not a UTC time`,
      element.start,
    );
  }
  const year = fullYear(fields['year'] ?? '');
  if (element.tag === DerTag.GENERALIZED_TIME && year < 2050) {
    throw new DerFault(`${what} before 2050 must be a UTCTime`, element.start);
  }
  return toDate(element, what, year, fields);
}

/**
 * Time in the form of X.690 §11.7 for any year: `Z`, and a fraction of a second only where it says something, without zeros at its
 * end. What is finer than a millisecond is cut off.
 */
export function readGeneralizedTime(element: DerElement | undefined, what: string): Date {
  const time = expectTag(element, DerTag.GENERALIZED_TIME, what);
  const text = Buffer.from(contentOf(time)).toString('latin1');
  const fields = FRACTIONAL_TIME.exec(text)?.groups;
  if (fields === undefined)
    throw new DerFault(`${what} "${printable(text)}" is not in its canonical form`, time.start);
  const millis = Number((fields['fraction'] ?? '').padEnd(3, '0').slice(0, 3));
  return new Date(toDate(time, what, Number(fields['year']), fields).getTime() + millis);
}

function toDate(
  { start }: DerElement,
  what: string,
  year: number,
  fields: Readonly<Record<string, string | undefined>>,
): Date {
  const field = (name: string): number => Number(fields[name]);
  const clock = [field('hour'), field('minute'), field('second')] as const;
  const parts = [year, field('month') - 1, field('day'), ...clock] as const;
  const time = new Date(Date.UTC(...parts));
  // Date.UTC rolls over: 31 February becomes 3 March, and the year 99 becomes 1999.
  const seen = [
    time.getUTCFullYear(),
    time.getUTCMonth(),
    time.getUTCDate(),
    time.getUTCHours(),
    time.getUTCMinutes(),
    time.getUTCSeconds(),
  ];
  if (seen.some((value, index) => value !== parts[index])) {
    throw new DerFault(`${what} is not a date of the calendar`, start);
  }
  return time;
}

function printable(text: string): string {
  return text.slice(0, 32).replaceAll(/[^\x20-\x7E]/gu, '?');
}
