/** Bytes that break a rule of DER or of RFC 5280. Never leaves this package: each parser turns it into its own error. */
export class DerFault extends Error {
  static {
    Object.defineProperty(this.prototype, 'name', { value: 'DerFault' });
  }

  /** Where in the input the offending element begins, in bytes. */
  readonly offset: number;

  /** `where`: an offset in bytes, or the element that begins there; `undefined` for one that is missing. */
  constructor(reason: string, where: number | { readonly start: number } | undefined) {
    const offset = typeof where === 'number' ? where : (where?.start ?? 0);
    super(`${reason} (at byte ${offset})`);
    this.offset = offset;
  }
}
