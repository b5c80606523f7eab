/** Argument of a guest that waits in the standby pool. */
export const STANDBY_ARGUMENT = 'standby';
