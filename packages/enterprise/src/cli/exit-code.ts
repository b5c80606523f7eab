/**
 * What the program says to the shell; the same numbers as `truthound-sign` uses.
 *
 * - `done`: done, or valid.
 * - `refused`: the answer is no: faults were found, a plugin is not valid, its call failed.
 * - `usage`: the command line is wrong.
 * - `failed`: it could not be done, for a reason outside the plugin.
 * - `interrupted`: stopped by Ctrl-C before it was done (128 + SIGINT).
 */
export const ExitCode = { done: 0, refused: 1, usage: 2, failed: 3, interrupted: 130 } as const;
Object.freeze(ExitCode);

/** One of the values of the {@link ExitCode} object. */
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
