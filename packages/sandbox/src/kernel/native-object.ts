/** A shared object as text, with what it was built by. */
export interface NativeObject {
  /** First line of the compiler's `--version`. */
  readonly compiler: string;
  readonly sha256: string;
  readonly base64: string;
}

/**
 * The bytes of a shared object.
 *
 * @throws Error if they are not those that were built.
 */
export function decodeNativeObject({ base64, sha256 }: NativeObject): Buffer {
  const bytes = Buffer.from(base64, 'base64');
  // Only this needs it, and loading it takes a tenth of a guest's start.
  const { createHash } = process.getBuiltinModule('node:crypto');
  const digest = createHash('sha256').update(bytes).digest('hex');
  if (digest !== sha256) {
    throw new Error(`the native lockdown was changed: its SHA-256 is ${digest}, not ${sha256}`);
  }
  return bytes;
}
