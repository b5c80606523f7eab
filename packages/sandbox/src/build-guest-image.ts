import { SandboxError } from '@truthound/protocols';
import { RUNTIME_NAMES, connectRuntime } from './container/connect-runtime.ts';
import { explainFailure } from './container/explain-failure.ts';
import { type GuestImage, ensureGuestImage } from './container/guest-image.ts';

/** What {@link buildGuestImage} takes. */
export interface GuestImageOptions {
  /** `docker`, `podman`, or a path as `ContainerSandboxEngine` takes it. @defaultValue the first of both that takes an image */
  readonly runtime?: string;
  /** The Node to make it of: a program for Linux. @defaultValue the one that runs this */
  readonly node?: string;
  readonly signal?: AbortSignal;
}

/** An image, and the engine that has it now. */
export interface BuiltGuestImage extends GuestImage {
  readonly runtime: string;
}

/**
 * Makes the image that sandboxes run on without one of the caller's own: a Node and its shared libraries, and
 * nothing else. It asks no registry, and is named after a digest of its files; one that is there already is
 * taken as it is. `ContainerSandboxEngine` does this by itself: ahead of time it makes the first start shorter.
 *
 * @throws SandboxError that says what is wrong with each engine
 */
export async function buildGuestImage({
  runtime,
  node,
  signal,
}: GuestImageOptions = {}): Promise<BuiltGuestImage> {
  const failures: string[] = [];
  for (const name of runtime === undefined ? RUNTIME_NAMES : [runtime]) {
    try {
      const engine = await connectRuntime(name);
      const image = await ensureGuestImage(engine, { ...(node === undefined ? {} : { node }), signal });
      return Object.freeze({ ...image, runtime: name });
    } catch (error) {
      signal?.throwIfAborted();
      failures.push(explainFailure(name, error));
    }
  }
  throw new SandboxError(`no container engine took the guests’ image: ${failures.join('; ')}`);
}
