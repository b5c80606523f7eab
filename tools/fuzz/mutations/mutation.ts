/**
 * Changes an input. The numbers say where and how; each is any whole number from 0 on, so that an input is made again
 * from its numbers, and smaller numbers make smaller changes.
 */
export type Mutation = (input: Buffer, where: number, how: number, samples: readonly Buffer[]) => Buffer;

/** The item at a number of any size. @throws RangeError for an empty list */
export function pick<Item>(items: readonly Item[], number: number): Item {
  const item = items[number % items.length];
  if (item === undefined) throw new RangeError('there is nothing to pick from');
  return item;
}
