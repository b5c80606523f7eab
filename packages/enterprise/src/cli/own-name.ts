/** Commands that `truthound-sign` has, and `<command>` of its help. */
const SIGNING = /\btruthound-sign (?=(?:keygen|cert|sign|cosign|verify|inspect|trust|<command>)(?![\w-]))/g;

/**
 * Text of the signing package with its commands under this program's name: who installed `truthound` need not have
 * `truthound-sign` on the path.
 */
export function inOwnName(text: string): string {
  return text.replaceAll(SIGNING, 'truthound ');
}
