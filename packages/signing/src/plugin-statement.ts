/**
 * The statement that a signer signs: which plugin, which files, who says so and until when. Runs without `node:` imports.
 *
 * Everything that a result shows comes from here. The bytes are verified first and parsed afterwards; parsing is strict, so
 * that a statement has no part that nobody reads.
 *
 * @module
 */
import { SignatureAlgorithm, type SignedFile, parseJson } from '@truthound/protocols';
import { sameBytes, utf8, utf8Text } from './byte-text.ts';
import { type JsonValue, canonicalJson, isWithinJsonDepth } from './canonical-json.ts';
import { MAX_FILES, comparePaths, findCollision, findEntryFault, findPathFault } from './file-names.ts';
import { deepFreeze } from './deep-freeze.ts';
import { isObject } from './is-object.ts';
import type { PluginFacts } from './plugin-facts.ts';

/** Who signed, and with which key. */
export interface StatementSigner {
  readonly id: string;
  readonly algorithm: SignatureAlgorithm;
  readonly keyId: string;
  /** SHA-256 of each certificate that goes with the signature, leaf first. */
  readonly certificates: readonly string[];
}

/** The content of a signed statement. */
export interface PluginStatement {
  readonly plugin: PluginFacts;
  /** Grows with every release of a plugin, so that an older one can be told apart. */
  readonly sequence: number;
  readonly createdAt: Date;
  readonly expiresAt: Date | undefined;
  readonly signer: StatementSigner;
  readonly pluginHash: string;
  readonly files: readonly SignedFile[];
  /** What the signer wanted to say beside. */
  readonly metadata: Readonly<Record<string, JsonValue>>;
}

const FORMAT_VERSION = 1;
const HEX_256 = /^[0-9a-f]{64}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const MAX_TEXT = 512;

/** The canonical list of files: what the plugin's hash is the SHA-256 of, in UTF-8. */
export function canonicalFileText(files: readonly SignedFile[]): string {
  return `{"files":[${files.map(fileText).join(',')}],"formatVersion":${FORMAT_VERSION}}`;
}

/** The bytes to sign. */
export function statementBytes(statement: PluginStatement): Uint8Array {
  const { plugin, sequence, createdAt, expiresAt, signer, pluginHash, files, metadata } = statement;
  return utf8(
    canonicalJson({
      formatVersion: FORMAT_VERSION,
      plugin,
      sequence,
      createdAt: createdAt.toISOString(),
      expiresAt: expiresAt?.toISOString() ?? null,
      signer,
      pluginHash,
      files: files.map(fileToJson),
      metadata,
    }),
  );
}

/** What was read from bytes, with a copy of them that nobody else can write to. */
interface Reading {
  readonly copy: Uint8Array;
  readonly statement: PluginStatement;
}

const READINGS = new WeakMap<Uint8Array, Reading>();

/**
 * Reads a statement. The same unchanged bytes are read once: a signature is shown before it is verified, and verified after.
 *
 * @throws TypeError that says what is wrong, as the rest of a sentence.
 */
export function parseStatement(bytes: Uint8Array): PluginStatement {
  const known = READINGS.get(bytes);
  if (known !== undefined && sameBytes(known.copy, bytes)) return withOwnTimes(known.statement);
  const copy = bytes.slice();
  const statement = readStatement(copy);
  READINGS.set(bytes, { copy, statement });
  return withOwnTimes(statement);
}

/** All else in a statement is frozen; a Date cannot be. */
function withOwnTimes(statement: PluginStatement): PluginStatement {
  const { createdAt, expiresAt } = statement;
  return Object.freeze({
    ...statement,
    createdAt: new Date(createdAt),
    expiresAt: expiresAt && new Date(expiresAt),
  });
}

function readStatement(bytes: Uint8Array): PluginStatement {
  const json: unknown = parseJson(utf8Text(bytes));
  const statement = exact(json, 'the statement', STATEMENT_KEYS);
  if (statement['formatVersion'] !== FORMAT_VERSION) {
    throw new TypeError(`its formatVersion is not ${FORMAT_VERSION}: a newer release may read it`);
  }
  const { sequence, metadata } = statement;
  if (!Number.isSafeInteger(sequence) || (sequence as number) < 0)
    throw new TypeError('its sequence is not a whole number');
  if (!isObject(metadata)) throw new TypeError('its metadata is not an object');
  assertDepth(metadata, 'metadata');
  return Object.freeze({
    plugin: parsePlugin(statement['plugin']),
    sequence: sequence as number,
    createdAt: parseTime(statement['createdAt'], 'createdAt'),
    expiresAt: statement['expiresAt'] === null ? undefined : parseTime(statement['expiresAt'], 'expiresAt'),
    signer: parseSigner(statement['signer']),
    pluginHash: hex(statement['pluginHash'], 'pluginHash'),
    files: parseFiles(statement['files']),
    metadata: deepFreeze(metadata as Readonly<Record<string, JsonValue>>),
  });
}

const STATEMENT_KEYS = [
  'formatVersion',
  'plugin',
  'sequence',
  'createdAt',
  'expiresAt',
  'signer',
  'pluginHash',
  'files',
  'metadata',
];

/** Canonical JSON of {@link fileToJson}, in a fraction of the time. */
function fileText({ path, size, executable, sha256 }: SignedFile): string {
  return `{"mode":"${executable ? 'x' : '-'}","path":${JSON.stringify(path)},"sha256":"${sha256}","size":${size}}`;
}

function fileToJson(file: SignedFile): JsonValue {
  return { path: file.path, size: file.size, mode: file.executable ? 'x' : '-', sha256: file.sha256 };
}

/** Parts of any shape: freezing one that is nested without end would overflow the stack. */
function assertDepth(value: unknown, name: string): void {
  if (!isWithinJsonDepth(value)) throw new TypeError(`its ${name} is nested too deep`);
}

function parsePlugin(json: unknown): PluginFacts {
  const plugin = exact(json, 'its plugin', ['id', 'version', 'hostRange', 'permissions']);
  assertDepth(plugin['permissions'], 'plugin.permissions');
  return Object.freeze({
    id: textOrNull(plugin['id'], 'plugin.id'),
    version: textOrNull(plugin['version'], 'plugin.version'),
    hostRange: textOrNull(plugin['hostRange'], 'plugin.hostRange'),
    permissions: deepFreeze(plugin['permissions'] as JsonValue),
  });
}

function parseSigner(json: unknown): StatementSigner {
  const signer = exact(json, 'its signer', ['id', 'algorithm', 'keyId', 'certificates']);
  const { algorithm, certificates } = signer;
  if (!Object.values<unknown>(SignatureAlgorithm).includes(algorithm))
    throw new TypeError('its algorithm is unknown');
  if (!Array.isArray(certificates)) throw new TypeError('its signer.certificates is not a list');
  return Object.freeze({
    id: text(signer['id'], 'signer.id'),
    algorithm: algorithm as SignatureAlgorithm,
    keyId: hex(signer['keyId'], 'signer.keyId'),
    certificates: Object.freeze(certificates.map((item) => hex(item, 'signer.certificates'))),
  });
}

function parseFiles(json: unknown): readonly SignedFile[] {
  if (!Array.isArray(json)) throw new TypeError('its files are not a list');
  if (json.length > MAX_FILES) throw new TypeError(`it lists more than ${MAX_FILES} files`);
  const folders = new Set<string>();
  const files = json.map((item) => parseFile(item, folders));
  // No path is empty: every first one comes after this.
  let before = '';
  for (const { path } of files) {
    if (comparePaths(before, path) >= 0)
      throw new TypeError(`its files are not in order at ${JSON.stringify(path)}`);
    before = path;
  }
  const collision = findCollision(files.map(({ path }) => path));
  if (collision !== undefined)
    throw new TypeError(
      `its files ${collision.map((path) => JSON.stringify(path)).join(' and ')} differ only in case`,
    );
  return Object.freeze(files);
}

const FILE_KEYS = ['path', 'size', 'mode', 'sha256'];

/** `folders`: those whose names were found in order. */
function parseFile(json: unknown, folders: Set<string>): SignedFile {
  const file = exact(json, 'a file', FILE_KEYS);
  const path = text(file['path'], 'path of a file', 4096);
  const fault = findFaultOnce(path, folders);
  if (fault !== undefined) throw new TypeError(`its file ${JSON.stringify(path)} ${fault}`);
  const { size, mode } = file;
  if (!Number.isSafeInteger(size) || (size as number) < 0)
    throw new TypeError(`the size of "${path}" is not a whole number`);
  if (mode !== 'x' && mode !== '-') throw new TypeError(`the mode of "${path}" is neither "x" nor "-"`);
  return Object.freeze({
    path,
    size: size as number,
    executable: mode === 'x',
    sha256: hex(file['sha256'], 'sha256 of a file'),
  });
}

/** Looks at the names of a folder for its first file alone. */
function findFaultOnce(path: string, folders: Set<string>): string | undefined {
  const end = path.lastIndexOf('/');
  const folder = path.slice(0, Math.max(end, 0));
  if (end === -1 || folders.has(folder)) return findEntryFault(folder, path.slice(end + 1));
  const fault = findPathFault(path);
  if (fault === undefined) folders.add(folder);
  return fault;
}

function exact(value: unknown, name: string, keys: readonly string[]): Readonly<Record<string, unknown>> {
  if (!isObject(value)) throw new TypeError(`${name} is not an object`);
  const names = Object.keys(value);
  if (names.length === keys.length && keys.every((key) => Object.hasOwn(value, key))) return value;
  const odd = names.find((key) => !keys.includes(key)) ?? keys.find((key) => !Object.hasOwn(value, key));
  if (odd !== undefined) {
    throw new TypeError(
      `${name} ${keys.includes(odd) ? 'lacks' : 'has the unknown key'} ${JSON.stringify(odd.slice(0, 60))}`,
    );
  }
  return value;
}

function text(value: unknown, name: string, maxLength = MAX_TEXT): string {
  if (typeof value !== 'string' || value === '' || value.length > maxLength) {
    throw new TypeError(`its ${name} is not a text of 1 to ${maxLength} characters`);
  }
  return value;
}

function textOrNull(value: unknown, name: string): string | null {
  return value === null ? null : text(value, name);
}

function hex(value: unknown, name: string): string {
  if (typeof value !== 'string' || !HEX_256.test(value))
    throw new TypeError(`its ${name} is not 64 hex digits`);
  return value;
}

function parseTime(value: unknown, name: string): Date {
  const time = typeof value === 'string' && TIME.test(value) ? new Date(value) : undefined;
  if (time === undefined || Number.isNaN(time.getTime()) || time.toISOString() !== value) {
    throw new TypeError(`its ${name} is not a time such as 2026-01-31T12:00:00.000Z`);
  }
  return time;
}
