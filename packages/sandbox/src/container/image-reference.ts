import { ValidationRangeError } from '@truthound/protocols';

const TAG = /:(\w[\w.-]*)$/;

/**
 * Refuses an image whose name may mean another one tomorrow.
 * @throws ValidationRangeError for one without a digest, an id or a tag, or with the tag `latest`
 */
export function assertPinned(image: string): void {
  const isDigest = /@sha256:[0-9a-f]{64}$/.test(image) || /^(?:sha256:)?[0-9a-f]{64}$/.test(image);
  const tag = TAG.exec(image.slice(image.lastIndexOf('/') + 1))?.[1];
  if (isDigest || (tag !== undefined && tag !== 'latest')) return;
  throw new ValidationRangeError({
    subject: 'ContainerSandboxEngineOptions',
    faults: [
      {
        path: 'image',
        problem: `must say which image it is, by digest (name@sha256:…) or by a tag other than latest, not "${image}"`,
        outOfRange: true,
      },
    ],
  });
}
