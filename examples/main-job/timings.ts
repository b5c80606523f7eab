/** Wall-clock times of steps, added up by name. */
export class Timings {
  readonly #totals = new Map<string, number>();

  /** Runs a step and adds its time. */
  async measure<Value>(name: string, step: () => Promise<Value>): Promise<Value> {
    const startedAt = performance.now();
    try {
      return await step();
    } finally {
      this.#totals.set(name, (this.#totals.get(name) ?? 0) + performance.now() - startedAt);
    }
  }

  print(): void {
    for (const [name, ms] of this.#totals)
      console.log(`   ${name.padEnd(34)} ${ms.toFixed(0).padStart(6)} ms`);
  }
}
