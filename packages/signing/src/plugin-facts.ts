import { parseJson } from '@truthound/protocols';
import { isObject } from './is-object.ts';
import { utf8Text } from './byte-text.ts';
import type { JsonValue } from './canonical-json.ts';

/** What a plugin's `package.json` says that a signature binds; `null` where it says nothing. */
export interface PluginFacts {
  readonly id: string | null;
  readonly version: string | null;
  /** Versions of the host that it works with (`engines.truthound`). */
  readonly hostRange: string | null;
  /** What it asks to be allowed, as it stands in its manifest. */
  readonly permissions: JsonValue;
}

const NOTHING: PluginFacts = Object.freeze({ id: null, version: null, hostRange: null, permissions: null });
const MAX_TEXT = 512;

/**
 * Reads the facts out of the bytes of `package.json`; all `null` when there is none.
 *
 * @throws TypeError when the file is not a JSON object, as the rest of a sentence.
 */
export function readPluginFacts(packageJson: Uint8Array | undefined): PluginFacts {
  if (packageJson === undefined) return NOTHING;
  let parsed: unknown;
  try {
    parsed = parseJson(utf8Text(packageJson));
  } catch {
    throw new TypeError('is not JSON');
  }
  if (!isObject(parsed)) throw new TypeError('is not a JSON object');
  const manifest = isObject(parsed['truthound']) ? parsed['truthound'] : {};
  const engines = isObject(parsed['engines']) ? parsed['engines'] : {};
  return Object.freeze({
    id: text(manifest['id']) ?? text(parsed['name']),
    version: text(parsed['version']),
    hostRange: text(engines['truthound']),
    permissions: isObject(manifest['permissions']) ? (manifest['permissions'] as JsonValue) : null,
  });
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value.length <= MAX_TEXT ? value : null;
}
