/**
 * Refuses an option that does not exist: a misspelt `crls` would otherwise mean "nothing is revoked".
 *
 * @throws TypeError naming the option and the ones that there are.
 */
export function assertKnownOptions(caller: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new TypeError(
    `${caller}: ${JSON.stringify(unknown)} is not an option; the options are ${known.join(', ')}`,
  );
}
