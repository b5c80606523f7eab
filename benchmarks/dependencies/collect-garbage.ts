/** Collects what earlier contenders left behind, so that none pays for another. Node must run with `--expose-gc`. */
export function collectGarbage(): void {
  globalThis.gc?.();
}
