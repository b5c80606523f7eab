/** The octet at `index`; 0 beyond the end, where numbers and masks continue with zeros. */
export function octetAt(octets: Uint8Array, index: number): number {
  return octets[index] ?? 0;
}
