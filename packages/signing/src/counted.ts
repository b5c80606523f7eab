/** A number with what it counts: `counted(1, 'signature')` is "1 signature". @defaultValue `many` is `one` with an s */
export function counted(count: number, one: string, many: string = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
