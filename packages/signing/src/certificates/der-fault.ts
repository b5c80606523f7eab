/** Bytes that break a rule of DER or of RFC 5280. Never leaves this folder: each parser turns it into its own error. */
export class DerFault extends Error {
  static {
    Object.defineProperty(this.prototype, 'name', { value: 'DerFault' });
  }

  /** Where in the input the offending element begins, in bytes. */
  readonly offset: number;

  constructor(reason: string, offset: number) {
    super(`${reason} (at byte ${offset})`);
    this.offset = offset;
  }
}
