import { DerFault } from './der-fault.ts';
import { DerTag, describeTag } from './der-tag.ts';
import { type DerElement, contentOf } from './read-der.ts';

const UTC_TIME =
  /^(?<year>\d{2})(?<month>\d{2})(?<day>\d{2})(?<hour>\d{2})(?<minute>\d{2})(?<second>\d{2})Z$/u;
const GENERALIZED_TIME =
  /^(?<year>\d{4})(?<month>\d{2})(?<day>\d{2})(?<hour>\d{2})(?<minute>\d{2})(?<second>\d{2})Z$/u;

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
  const field = (name: string): number => Number(fields[name]);
  const year = fullYear(fields['year'] ?? '');
  if (element.tag === DerTag.GENERALIZED_TIME && year < 2050) {
    throw new DerFault(`${what} before 2050 must be a UTCTime`, element.start);
  }
  const parts = [field('month') - 1, field('day'), field('hour'), field('minute'), field('second')] as const;
  const time = new Date(Date.UTC(year, ...parts));
  // Date.UTC rolls over: 31 February becomes 3 March.
  const seen = [
    time.getUTCMonth(),
    time.getUTCDate(),
    time.getUTCHours(),
    time.getUTCMinutes(),
    time.getUTCSeconds(),
  ];
  if (seen.some((value, index) => value !== parts[index])) {
    throw new DerFault(`${what} "${text}" is not a date of the calendar`, element.start);
  }
  return time;
}

function printable(text: string): string {
  return text.slice(0, 32).replaceAll(/[^\x20-\x7E]/gu, '?');
}
