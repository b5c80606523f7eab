/** What a package may cost whoever installs it. */
export interface SizeLimits {
  readonly packedKb: number;
  readonly unpackedKb: number;
  /** All packages that are installed with it for use, those of this workspace too. */
  readonly dependencies: number;
}

/** About a tenth above what they were when the limit was last looked at. Raising one is a decision, not a repair. */
export const SIZE_LIMITS: Readonly<Record<string, SizeLimits>> = {
  protocols: { packedKb: 1, unpackedKb: 1, dependencies: 0 },
  versioning: { packedKb: 1, unpackedKb: 1, dependencies: 0 },
  dependencies: { packedKb: 1, unpackedKb: 1, dependencies: 0 },
  lifecycle: { packedKb: 1, unpackedKb: 1, dependencies: 0 },
  'hot-reload': { packedKb: 1, unpackedKb: 1, dependencies: 0 },
  signing: { packedKb: 1, unpackedKb: 1, dependencies: 0 },
  sandbox: { packedKb: 1, unpackedKb: 1, dependencies: 0 },
  enterprise: { packedKb: 1, unpackedKb: 1, dependencies: 0 },
};

/** What is above its limit, each a sentence; a package without limits is a fault, too. */
export function findOversize(id: string, size: SizeLimits): readonly string[] {
  const limits = SIZE_LIMITS[id];
  if (limits === undefined) return [`"${id}" has no limits in tools/pack/size-limits.ts`];
  return (Object.keys(limits) as (keyof SizeLimits)[])
    .filter((measure) => size[measure] > limits[measure])
    .map(
      (measure) => `"${id}" has ${measure} ${String(size[measure])}, more than ${String(limits[measure])}`,
    );
}
