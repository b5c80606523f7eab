/**
 * JSON with one spelling: RFC 8785 (JCS). Two writers of one value produce the same bytes.
 *
 * Used when something is written, so that signing the same folder twice gives the same statement. It is
 * never used to verify: what was signed is a string of bytes, and those bytes are compared, not re-made.
 *
 * @module
 */

/** What JSON can hold. */
export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

const MAX_DEPTH = 64;

/**
 * The canonical text of `value`.
 *
 * @throws TypeError for what JSON cannot hold (NaN, undefined, a function, a class instance, a lone surrogate), naming where.
 */
export function canonicalJson(value: unknown): string {
  return write(value, '', 0);
}

/** Whether a value that `JSON.parse` answered is nested no deeper than what {@link canonicalJson} writes. */
export function isWithinJsonDepth(value: unknown, levels: number = MAX_DEPTH): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((item) => isWithinJsonDepth(item, levels - 1));
}

function write(value: unknown, path: string, depth: number): string {
  if (depth > MAX_DEPTH) throw new TypeError(`${at(path)} is nested deeper than ${MAX_DEPTH} levels`);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return writeString(value, path);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${at(path)} is ${value}, which JSON cannot hold`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) {
    // Array.from visits holes, which `map` skips: a hole is an undefined, and refused as such.
    return `[${Array.from(value, (item: unknown, index) => write(item, `${path}[${index}]`, depth + 1)).join(',')}]`;
  }
  if (typeof value === 'object' && isPlain(value)) return writeObject(value, path, depth);
  throw new TypeError(`${at(path)} is ${describe(value)}, which JSON cannot hold`);
}

function writeObject(value: object, path: string, depth: number): string {
  const members = Object.entries(value)
    // RFC 8785 §3.2.3 sorts by UTF-16 code units, as `<` on strings does.
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => {
      const here = path === '' ? key : `${path}.${key}`;
      return `${writeString(key, here)}:${write(item, here, depth + 1)}`;
    });
  return `{${members.join(',')}}`;
}

function writeString(text: string, path: string): string {
  if (/\p{Surrogate}/u.test(text)) throw new TypeError(`${at(path)} holds half of a surrogate pair`);
  return JSON.stringify(text);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function describe(value: unknown): string {
  if (typeof value === 'object') return 'an instance of a class';
  return value === undefined ? 'undefined' : `a ${typeof value}`;
}

function at(path: string): string {
  return path === '' ? 'the value' : path;
}
