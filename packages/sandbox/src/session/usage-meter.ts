import type { ResourceUsage } from '@truthound/protocols';
import type { GuestMeasurement } from './guest-link.ts';

/** Counts what a session does and keeps what was last measured of its guest. */
export class UsageMeter {
  readonly #startedAt = performance.now();
  #calls = 0;
  #errors = 0;
  #violations = 0;
  #running = 0;
  #busySince = 0;
  #busyMs = 0;
  #last: GuestMeasurement = { memoryMb: 0, peakMemoryMb: 0, cpuSeconds: 0 };

  /** @param nowMs time on the clock of `performance.now()`. */
  callStarted(nowMs: number = performance.now()): void {
    this.#calls += 1;
    if (this.#running === 0) this.#busySince = nowMs;
    this.#running += 1;
  }

  callEnded(failed: boolean): void {
    if (failed) this.#errors += 1;
    this.#running -= 1;
    if (this.#running === 0) this.#busyMs += performance.now() - this.#busySince;
  }

  violated(): void {
    this.#violations += 1;
  }

  get violations(): number {
    return this.#violations;
  }

  measured(measurement: GuestMeasurement | undefined): void {
    if (measurement === undefined) return;
    const peakMemoryMb = Math.max(this.#last.peakMemoryMb, measurement.peakMemoryMb, measurement.memoryMb);
    this.#last = { ...measurement, peakMemoryMb };
  }

  read(): ResourceUsage {
    const busyMs = this.#busyMs + (this.#running > 0 ? performance.now() - this.#busySince : 0);
    const lifeSec = (performance.now() - this.#startedAt) / 1000;
    return Object.freeze({
      ...this.#last,
      cpuPercent: lifeSec > 0 ? (100 * this.#last.cpuSeconds) / lifeSec : 0,
      executionTimeSec: busyMs / 1000,
      calls: this.#calls,
      errors: this.#errors,
      violations: this.#violations,
    });
  }
}
