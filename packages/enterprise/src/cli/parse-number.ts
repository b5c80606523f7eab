import { UsageError } from './cli-error.ts';

const MAX_SECONDS = 86_400;

/** Reads a time between 0 and a day, in seconds. @throws UsageError */
export function parseSeconds(text: string): number {
  const value = Number(text);
  if (!(value > 0) || value > MAX_SECONDS)
    throw new UsageError(`"${text}" must be a number of seconds above 0, at most a day`);
  return value;
}

/** Reads how many. @throws UsageError */
export function parseCount(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new UsageError(`"${text}" must be a whole number of at least 1`);
  return value;
}
