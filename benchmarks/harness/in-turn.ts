/** How often everything is taken. */
export interface Rounds {
  readonly rounds: number;
  /** Rounds before those, that do not count. @defaultValue 1 */
  readonly warmUps?: number;
}

/**
 * Takes a sample of every item in turn, round by round, each round starting with another item: a busy moment of the
 * machine meets all of them, and none always follows the same other one.
 *
 * @returns the samples of each item, by round.
 */
export async function inTurn<Item, Sample>(
  items: readonly Item[],
  { rounds, warmUps = 1 }: Rounds,
  take: (item: Item) => Promise<Sample>,
): Promise<readonly (readonly Sample[])[]> {
  const samples = items.map((): Sample[] => []);
  for (let round = -warmUps; round < rounds; round += 1) {
    for (let turn = 0; turn < items.length; turn += 1) {
      const index = (turn + round + warmUps) % items.length;
      const sample = await take(items[index] as Item);
      if (round >= 0) samples[index]?.push(sample);
    }
  }
  return samples;
}
