import { setTimeout as sleep } from 'node:timers/promises';
import type { Contender } from './compare.ts';
import type { Role } from './figures.ts';

/** Ends what was started. */
export type Stop = () => Promise<void>;

/** A contender whose run starts something, timed until it has answered, and not until it has ended. */
export function starting(name: string, role: Role, waitMs: number, start: () => Promise<Stop>): Contender {
  let stop: Stop | undefined;
  return {
    name,
    role,
    prepare: () => sleep(waitMs),
    run: async () => {
      stop = await start();
    },
    finish: () => stop?.(),
  };
}
