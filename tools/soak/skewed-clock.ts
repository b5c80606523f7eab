/**
 * A wall clock that can be set, for a whole process: loaded before anything else with `--import`. Monotonic clocks
 * (`performance.now`, timers) are left alone, as they are when a real clock is set.
 *
 * @module
 */
const RealDate = Date;
let offsetMs = 0;

const now = (): number => RealDate.now() + offsetMs;

// A proxy and not a subclass: dates that Node itself makes must stay dates.
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args: readonly unknown[]) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args) as Date,
  get: (target, key) => (key === 'now' ? now : (Reflect.get(target, key) as unknown)),
});

/** Sets the clock of this process to so far from the real one. */
export function setClockOffset(milliseconds: number): void {
  offsetMs = milliseconds;
}
